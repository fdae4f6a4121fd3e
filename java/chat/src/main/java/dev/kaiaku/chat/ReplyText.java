package dev.kaiaku.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it grows: passes on what can be shown, message by message, and sees where it has to end. Held back are
 * white space, which may be the end, the beginning of a stop word, and a line that may turn out to begin with a name.
 */
final class ReplyText {
    private static final Pattern SPEAKER = Pattern.compile("\\[[^\\]\\n]+\\]:");
    private static final int LONGEST_NAME = 64;
    private static final String INNER_NEWLINE = "\n  ";

    private final Consumer<Piece> onPiece;
    private final List<String> stop;
    private final boolean verbatim;
    private final StringBuilder raw = new StringBuilder();
    private final List<StringBuilder> messages = new ArrayList<>();
    private int passed;
    /** Read by whoever waits for the reply too. */
    private volatile @Nullable Ending ending;

    /**
     * @param stop texts that end the reply, none of them empty
     * @param verbatim whether to pass on everything up to a stop word, as one message
     */
    ReplyText(List<String> stop, boolean verbatim, Consumer<Piece> onPiece) {
        this.stop = stop;
        this.verbatim = verbatim;
        this.onPiece = onPiece;
    }

    /** @return false once the reply is over */
    boolean add(String text) {
        if (ending == null) {
            raw.append(text);
            pass(false);
        }
        return ending == null;
    }

    /**
     * Nothing follows: what was held back counts as text, white space at the end does not.
     *
     * @param reason why nothing follows, unless the text has told another reason before
     */
    void end(Ending reason) {
        if (ending == null) {
            pass(true);
        }
        if (ending == null) {
            ending = reason;
        }
    }

    /** Why the reply is over, null as long as it is not. */
    @Nullable Ending ending() {
        return ending;
    }

    /** The messages of the burst so far. */
    List<String> messages() {
        return messages.stream().map(StringBuilder::toString).toList();
    }

    private void pass(boolean last) {
        int limit = beforeStopWord(last);
        if (verbatim) {
            showAsItIs(limit);
            return;
        }
        int end = passed;
        int at = passed;
        while (at < limit) {
            char c = raw.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            if (c == '[' && startsLine(at)) {
                int close = raw.indexOf("\n", at);
                String line = raw.substring(at, close < 0 ? raw.length() : close);
                if (SPEAKER.matcher(line).lookingAt()) {
                    ending = Ending.OTHER_SPEAKER;
                    break;
                }
                if (close < 0 && line.length() < LONGEST_NAME && !last) {
                    break;
                }
            }
            end = ++at;
        }
        show(end);
    }

    /** How far the text surely holds no stop word; ends the reply where there is one. */
    private int beforeStopWord(boolean last) {
        int found = raw.length();
        for (String word : stop) {
            int at = raw.indexOf(word, passed);
            if (at >= 0 && at < found) {
                found = at;
            }
        }
        if (found < raw.length()) {
            ending = Ending.STOP_WORD;
            return found;
        }
        return last ? found : found - stop.stream().mapToInt(this::begun).max().orElse(0);
    }

    /** How many characters at the end of the text may be the beginning of a stop word. */
    private int begun(String word) {
        int most = Math.min(word.length() - 1, raw.length() - passed);
        for (int length = most; length > 0; length--) {
            if (word.startsWith(raw.substring(raw.length() - length))) {
                return length;
            }
        }
        return 0;
    }

    private boolean startsLine(int at) {
        return at == 0 || raw.charAt(at - 1) == '\n';
    }

    /** Passes on the text up to {@code end}, before which no white space stands. */
    private void show(int end) {
        while (passed < end) {
            int space = passed;
            while (Character.isWhitespace(raw.charAt(space))) {
                space++;
            }
            String gap = raw.substring(passed, space);
            int word = space;
            while (word < end && raw.charAt(word) != '\n') {
                word++;
            }
            while (Character.isWhitespace(raw.charAt(word - 1))) {
                word--;
            }
            String text = raw.substring(space, word);
            if (messages.isEmpty() || endsMessage(gap)) {
                messages.add(new StringBuilder());
            } else {
                text = gap.replace(INNER_NEWLINE, "\n") + text;
            }
            messages.get(messages.size() - 1).append(text);
            passed = word;
            onPiece.accept(new Piece(messages.size() - 1, text));
        }
    }

    private void showAsItIs(int end) {
        if (end > passed) {
            if (messages.isEmpty()) {
                messages.add(new StringBuilder());
            }
            String text = raw.substring(passed, end);
            messages.get(0).append(text);
            passed = end;
            onPiece.accept(new Piece(0, text));
        }
    }

    private static boolean endsMessage(String gap) {
        return gap.replace(INNER_NEWLINE, "").contains("\n");
    }
}
