package dev.kaiaku.serve.discord;

import dev.kaiaku.chat.Said;
import java.util.ArrayList;
import java.util.List;

/** Between a channel's messages and the form that training used: who said what, the bot being the persona. */
final class ChannelText {
    private static final int LONGEST = 1900;
    private static final String LABEL = "\n-# a machine imitating ";

    private ChannelText() {}

    /**
     * A message of a channel.
     *
     * @param author the name that exports have, not the nickname
     * @param self whether the bot wrote it
     */
    record Posted(String author, String text, boolean self) {}

    /** The messages as the persona's history, from the oldest; what has no text is left out. */
    static List<Said> history(List<Posted> messages, String persona) {
        List<Said> said = new ArrayList<>();
        for (Posted message : messages) {
            String text = message.self() ? withoutLabel(message.text()) : message.text();
            if (!text.isBlank()) {
                said.add(new Said(message.self() ? persona : message.author(), text, message.self()));
            }
        }
        return said;
    }

    /** The messages to post for a reply, each short enough for Discord; the last one says what wrote them. */
    static List<String> posts(List<String> messages, String persona) {
        List<String> posts = new ArrayList<>();
        for (String message : messages) {
            String rest = message;
            while (rest.length() > LONGEST) {
                int cut = Character.isHighSurrogate(rest.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
                posts.add(rest.substring(0, cut));
                rest = rest.substring(cut);
            }
            if (!rest.isBlank()) {
                posts.add(rest);
            }
        }
        if (!posts.isEmpty()) {
            int last = posts.size() - 1;
            posts.set(last, posts.get(last) + LABEL + persona.substring(0, Math.min(60, persona.length())));
        }
        return posts;
    }

    private static String withoutLabel(String text) {
        int label = text.lastIndexOf(LABEL);
        return label < 0 ? text : text.substring(0, label);
    }
}
