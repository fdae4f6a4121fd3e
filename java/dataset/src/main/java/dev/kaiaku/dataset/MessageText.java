package dev.kaiaku.dataset;

import java.util.ArrayList;
import java.util.List;

/**
 * Messages inside the content of a turn: one a line, a newline within a message written as a newline and two
 * spaces. So a line that starts with {@code [name]:} is always a real speaker, and bursts can be told apart.
 */
public final class MessageText {
    private static final String BREAK = "\n  ";

    private MessageText() {}

    /** A message as it stands in a turn. */
    public static String fold(String message) {
        return message.replace("\n", BREAK);
    }

    /** A message as it was written. */
    public static String unfold(String folded) {
        return folded.replace(BREAK, "\n");
    }

    /** The messages of a turn, each as it was written. */
    public static List<String> split(String content) {
        List<String> messages = new ArrayList<>();
        int start = 0;
        for (int end = content.indexOf('\n'); end >= 0; end = content.indexOf('\n', end + 1)) {
            if (!content.startsWith(BREAK, end)) {
                messages.add(unfold(content.substring(start, end)));
                start = end + 1;
            }
        }
        messages.add(unfold(content.substring(start)));
        return messages;
    }
}
