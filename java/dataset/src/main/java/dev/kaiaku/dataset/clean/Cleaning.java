package dev.kaiaku.dataset.clean;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import java.text.Normalizer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

    private final boolean on;
    private final boolean markMedia;
    private final Map<String, Long> dropped = new TreeMap<>();
    private final Map<String, Long> changed = new TreeMap<>();
    private @Nullable String reason;

    public Cleaning(boolean on) {
        this(on, false);
    }

    /** @param markMedia whether pictures, sounds and the like stay as marks in the text */
    public Cleaning(boolean on, boolean markMedia) {
        this.on = on;
        this.markMedia = markMedia;
    }

    /** The text to go on with; empty where the message is to be dropped, for the {@link #reason}. */
    public String clean(Message message) {
        reason = null;
        Media media = markMedia ? message.media() : null;
        MessageKind kind = message.kind();
        if (kind.isLeftOut() && (on || message.authorId().isEmpty()) && (kind != MessageKind.MEDIA || media == null)) {
            return drop(kind.reason());
        }
        if (media == null) {
            boolean only = on && message.media() != null && VisibleText.isBlank(message.text());
            return only ? drop(MessageKind.MEDIA.reason()) : clean(message.text(), kind == MessageKind.UNKNOWN);
        }
        String text = VisibleText.isBlank(message.text()) ? "" : clean(message.text(), kind == MessageKind.UNKNOWN);
        if (text.isEmpty() && reason != null) {
            return text;
        }
        return text.isEmpty() ? media.mark() : media.mark() + " " + text;
    }

    /** Why the last message was dropped, or null. */
    public @Nullable String reason() {
        return reason;
    }

    /** A name on one line. */
    public String cleanName(String name) {
        return on
                ? VisibleText.strip(VisibleText.of(Normalizer.normalize(name, Normalizer.Form.NFC))
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

    private String clean(String text, boolean mayBeSystem) {
        if (VisibleText.isBlank(text)) {
            return drop("empty");
        }
        if (!on) {
            return text;
        }
        if (mayBeSystem && startsLikeANotice(text) && SYSTEM.matcher(text).matches()) {
            return drop(MessageKind.SYSTEM.reason());
        }
        String clean = VisibleText.isPlain(text) ? text : plain(text);
        if (clean.isEmpty()) {
            return drop("empty");
        }
        if (BotCommand.matches(clean)) {
            return drop("command");
        }
        if (Links.isOnlyLinks(clean)) {
            return drop("only links");
        }
        String unmarked = clean.indexOf('<') < 0 ? clean : count("markup", clean, DiscordMarkup.plain(clean));
        return unmarked.length() <= Repetition.LONGEST
                ? unmarked
                : count("repetitions", unmarked, Repetition.shortened(unmarked));
    }

    /** A quick look at the first letter that nearly all texts stop at. */
    private static boolean startsLikeANotice(String text) {
        return switch (text.charAt(0)) {
            case 'A' -> text.startsWith("Added ");
            case 'C' -> text.startsWith("Changed ");
            case 'J' -> text.startsWith("Joined ");
            case 'L' -> text.startsWith("Left ");
            case 'P' -> text.startsWith("Pinned ");
            case 'R' -> text.startsWith("Removed ");
            case 'S' -> text.startsWith("Started ");
            default -> false;
        };
    }

    private String drop(String why) {
        dropped.merge(why, 1L, Long::sum);
        reason = why;
        return "";
    }

    private String plain(String text) {
        String lines = VisibleText.hasForeignBreak(text)
                ? count("line breaks", text, BREAKS.matcher(text).replaceAll("\n"))
                : text;
        String composed = count("NFC", lines, Normalizer.normalize(lines, Normalizer.Form.NFC));
        String visible = count("invisible characters", composed, VisibleText.of(composed));
        return count("spaces at the ends", visible, VisibleText.strip(visible));
    }

    private String count(String rule, String before, String after) {
        if (!before.equals(after)) {
            changed.merge(rule, 1L, Long::sum);
        }
        return after;
    }
}
