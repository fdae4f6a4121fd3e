package dev.kaiaku.dataset.clean;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import java.text.Normalizer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is done to the text of messages before anything else, and how often. Without cleaning the text stays as
 * it is, and only blank messages are dropped. Not thread-safe.
 */
public final class Cleaning {
    /** DiscordChatExporter writes these in English whatever its language, and says nowhere that they are its own. */
    private static final Pattern SYSTEM = Pattern.compile("Joined the server\\.|Pinned a message\\.|Started a thread\\."
            + "|Left the group\\.|Added a recipient\\.|Removed a recipient\\.|Changed the channel icon\\."
            + "|Changed the channel name\\.|Changed the channel name: .+|Added .{1,100} to the group\\."
            + "|Removed .{1,100} from the group\\.|Started a call that lasted [\\d.,]+ minutes\\.");

    private static final Pattern BREAKS = Pattern.compile("\r\n|[\r\u000B\f\u0085\u2028\u2029]");
    private static final char ZERO_WIDTH_NON_JOINER = '\u200C';
    private static final char ZERO_WIDTH_JOINER = '\u200D';
    /** Scripts before this point join no letters; there a joiner is only a way to hide something. */
    private static final int FIRST_JOINING_SCRIPT = 0x0590;

    private final boolean on;
    private final Map<String, Long> dropped = new TreeMap<>();
    private final Map<String, Long> changed = new TreeMap<>();

    public Cleaning(boolean on) {
        this.on = on;
    }

    /** The text to go on with; empty where the message is to be dropped. */
    public String clean(Message message) {
        MessageKind kind = message.kind();
        return kind.isLeftOut() && (on || message.authorId().isEmpty())
                ? drop(kind.reason())
                : clean(message.text(), kind == MessageKind.UNKNOWN);
    }

    private String clean(String text, boolean mayBeSystem) {
        if (isBlank(text)) {
            return drop("empty");
        }
        if (!on) {
            return text;
        }
        if (mayBeSystem && SYSTEM.matcher(text).matches()) {
            return drop("system message");
        }
        String clean = isPlain(text) ? text : plain(text);
        return clean.isEmpty() ? drop("empty") : clean;
    }

    /** A name on one line. */
    public String cleanName(String name) {
        return on
                ? strip(withoutControls(Normalizer.normalize(name, Normalizer.Form.NFC))
                        .replace('\n', ' '))
                : name;
    }

    /** Messages dropped, by reason. */
    public Map<String, Long> dropped() {
        return Collections.unmodifiableMap(dropped);
    }

    /** Messages changed, by rule. */
    public Map<String, Long> changed() {
        return Collections.unmodifiableMap(changed);
    }

    private String drop(String reason) {
        dropped.merge(reason, 1L, Long::sum);
        return "";
    }

    private String plain(String text) {
        String lines = count("line breaks", text, BREAKS.matcher(text).replaceAll("\n"));
        String composed = count("NFC", lines, Normalizer.normalize(lines, Normalizer.Form.NFC));
        String visible = count("invisible characters", composed, withoutControls(composed));
        return count("spaces at the ends", visible, strip(visible));
    }

    private String count(String rule, String before, String after) {
        if (!before.equals(after)) {
            changed.merge(rule, 1L, Long::sum);
        }
        return after;
    }

    /** Whether no rule can change the text: most messages. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x300 || (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0xA0) || c == 0xAD) {
                return false;
            }
        }
        return !isSpace(text.charAt(0)) && !isSpace(text.charAt(text.length() - 1));
    }

    private static String withoutControls(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                kept.append(pair ? text.substring(i, i + 2) : "\uFFFD");
                i += pair ? 1 : 0;
            } else if (!isInvisible(c) && !isStrayJoiner(c, kept)) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    /** Controls, zero-width spaces and marks of direction. */
    private static boolean isInvisible(char c) {
        return (Character.isISOControl(c) && c != '\n' && c != '\t')
                || c == 0xAD
                || c == 0x061C
                || c == 0x200B
                || (c >= 0x200E && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0xFEFF
                || (c >= 0xFFF9 && c <= 0xFFFB);
    }

    /** Joiners hold emoji together and shape some scripts; after anything else they are noise. */
    private static boolean isStrayJoiner(char c, StringBuilder before) {
        return (c == ZERO_WIDTH_JOINER || c == ZERO_WIDTH_NON_JOINER)
                && (before.isEmpty() || before.codePointBefore(before.length()) < FIRST_JOINING_SCRIPT);
    }

    private static boolean isBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }
}
