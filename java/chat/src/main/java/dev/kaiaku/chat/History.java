package dev.kaiaku.chat;

import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What was said so far, and its form in training: user and assistant turns alternate. For one thread at a time. */
final class History {
    private static final String INNER_NEWLINE = "\n  ";
    private static final Pattern LINE_START = Pattern.compile("\n(?! {2})");

    private final @Nullable String system;
    private final List<Said> messages;
    private int first;

    History(@Nullable String system) {
        this(system, List.of(), 0);
    }

    private History(@Nullable String system, List<Said> messages, int first) {
        this.system = system;
        this.messages = new ArrayList<>(messages);
        this.first = first;
    }

    /** The same history again, to go on with differently. */
    History copy() {
        return new History(system, messages, first);
    }

    void add(Said said) {
        messages.add(said);
    }

    /** Everything that was said, what no longer fits the context included. */
    List<Said> messages() {
        return List.copyOf(messages);
    }

    void clear() {
        messages.clear();
        first = 0;
    }

    boolean waitsForReply() {
        return first < messages.size() && !messages.get(messages.size() - 1).persona();
    }

    /** Takes back the persona's last messages; false where it has not spoken last. */
    boolean takeBackReply() {
        int before = messages.size();
        while (!messages.isEmpty() && messages.get(messages.size() - 1).persona()) {
            messages.remove(messages.size() - 1);
        }
        first = Math.min(first, messages.size());
        return messages.size() < before;
    }

    /** Takes back the last message. */
    void takeBackLast() {
        messages.remove(messages.size() - 1);
        first = Math.min(first, messages.size());
    }

    /**
     * Leaves the oldest that can go out of the turns: what was said before a reply together with that reply, or the
     * first message of the only turn. False where only one message is left.
     */
    boolean forgetOldest() {
        int next = first;
        while (next < messages.size() && !messages.get(next).persona()) {
            next++;
        }
        while (next < messages.size() && messages.get(next).persona()) {
            next++;
        }
        if (next == messages.size()) {
            next = first + 1;
        }
        if (next >= messages.size()) {
            return false;
        }
        first = next;
        return true;
    }

    /** The system text and the turns that were not forgotten. */
    List<Turn> turns() {
        return turns(first);
    }

    /** The system text and every turn. */
    List<Turn> allTurns() {
        return turns(0);
    }

    private List<Turn> turns(int from) {
        List<Turn> turns = new ArrayList<>();
        if (system != null) {
            turns.add(new Turn(Role.SYSTEM, system));
        }
        int at = from;
        while (at < messages.size()) {
            boolean persona = messages.get(at).persona();
            StringBuilder content = new StringBuilder();
            for (; at < messages.size() && messages.get(at).persona() == persona; at++) {
                content.append(content.isEmpty() ? "" : "\n").append(line(messages.get(at)));
            }
            turns.add(new Turn(persona ? Role.ASSISTANT : Role.USER, content.toString()));
        }
        return turns;
    }

    private static String line(Said said) {
        String text = said.text().strip().replace("\n", INNER_NEWLINE);
        return said.persona() ? text : "[" + said.author() + "]: " + text;
    }

    /** The messages that a turn of training data is made of. */
    static List<Said> messages(Turn turn, String persona) {
        return Arrays.stream(LINE_START.split(turn.content()))
                .filter(line -> !line.isBlank())
                .map(line -> parse(line.replace(INNER_NEWLINE, "\n"), turn.role(), persona))
                .toList();
    }

    private static Said parse(String line, Role role, String persona) {
        if (role == Role.ASSISTANT) {
            return new Said(persona, line, true);
        }
        int end = line.startsWith("[") ? line.indexOf("]: ") : -1;
        return end < 2
                ? new Said(Conversation.SOMEBODY, line, false)
                : new Said(line.substring(1, end), line.substring(end + 3), false);
    }
}
