package dev.kaiaku.chat;

import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A reply as it grows: passes on what can be shown, and sees where the persona starts to speak for somebody else.
 * Held back are white space, which may be the end, and a line that may turn out to begin with a name.
 */
final class ReplyText {
    private static final Pattern SPEAKER = Pattern.compile("\\[[^\\]\\n]+\\]:");
    private static final int LONGEST_NAME = 64;

    private final Consumer<String> onPiece;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder shown = new StringBuilder();
    private int passed;
    private boolean over;

    ReplyText(Consumer<String> onPiece) {
        this.onPiece = onPiece;
    }

    /** @return false once the reply is over */
    boolean add(String piece) {
        if (!over) {
            raw.append(piece);
            pass(false);
        }
        return !over;
    }

    /** Nothing follows: what was held back counts as text, white space at the end does not. */
    void end() {
        if (!over) {
            pass(true);
            over = true;
        }
        raw.setLength(passed);
    }

    /** What training would have called the content of the turn. */
    String raw() {
        return raw.toString();
    }

    /** What people see: newlines inside a message without the two spaces after them. */
    String shown() {
        return shown.toString();
    }

    private void pass(boolean last) {
        int end = passed;
        int at = passed;
        while (at < raw.length()) {
            char c = raw.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            if (c == '[' && startsLine(at)) {
                int close = raw.indexOf("\n", at);
                String line = raw.substring(at, close < 0 ? raw.length() : close);
                if (SPEAKER.matcher(line).lookingAt()) {
                    over = true;
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

    private boolean startsLine(int at) {
        return at == 0 || raw.charAt(at - 1) == '\n';
    }

    private void show(int end) {
        if (end == passed) {
            return;
        }
        String piece = raw.substring(passed, end).replace("\n  ", "\n");
        passed = end;
        if (shown.isEmpty()) {
            piece = piece.stripLeading();
        }
        shown.append(piece);
        onPiece.accept(piece);
    }
}
