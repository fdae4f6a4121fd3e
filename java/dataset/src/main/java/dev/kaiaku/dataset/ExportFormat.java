package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The formats of chat exports that can be read; told apart by content, never by name. Those that tell more of a
 * message come first: of a message met in two of them, the first is kept.
 */
public enum ExportFormat {
    /** DiscordChatExporter, {@code --format Json}. */
    DISCORD_JSON("discord-json"),
    /** DiscordChatExporter, {@code --format Csv}. */
    DISCORD_CSV("discord-csv");

    private static final int HEAD = 1 << 14;
    private static final Pattern DISCORD_JSON_START = Pattern.compile("\\s*\\{\\s*\"guild\"\\s*:");

    private final String id;

    ExportFormat(String id) {
        this.id = id;
    }

    /** The name on the command line and in {@code dataset.json}. */
    public String id() {
        return id;
    }

    /** All names, for people to choose from. */
    public static String ids() {
        return Arrays.stream(values()).map(ExportFormat::id).sorted().collect(Collectors.joining(", "));
    }

    /** The format of a name; null for {@code auto}. */
    public static @Nullable ExportFormat byId(String id) {
        for (ExportFormat format : values()) {
            if (format.id.equals(id)) {
                return format;
            }
        }
        if (id.equals("auto")) {
            return null;
        }
        throw new BadInputException("--format " + id + ": should be auto or one of " + ids());
    }

    /** The format of a file; a {@link BadInputException} says what the file seems to be instead. */
    static ExportFormat of(Path file) {
        byte[] head = head(file);
        ExportFormat format = recognise(head);
        if (format == null) {
            throw new BadInputException(file + ": " + guess(head) + "; what can be read: " + ids());
        }
        return format;
    }

    /** As {@link #of}, null where the file is nothing known. */
    static @Nullable ExportFormat find(Path file) {
        return recognise(head(file));
    }

    private static byte[] head(Path file) {
        try (InputStream in = CountingInput.open(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable ExportFormat recognise(byte[] head) {
        String text = text(head);
        String firstLine = text.lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
        if (firstLine.contains("authorid") && firstLine.contains("content")) {
            return DISCORD_CSV;
        }
        return DISCORD_JSON_START.matcher(text).lookingAt() ? DISCORD_JSON : null;
    }

    private static String guess(byte[] head) {
        String text = text(head);
        String start = text.stripLeading();
        if (head.length == 0) {
            return "an empty file";
        }
        if (starts(head, 0xFF, 0xFE) || starts(head, 0xFE, 0xFF)) {
            return "UTF-16 text, save it as UTF-8";
        }
        if (start.startsWith("PK\u0003\u0004")) {
            return "a zip archive, unpack it first";
        }
        if (text.indexOf('\0') >= 0) {
            return "a binary file, not a chat export";
        }
        if (start.startsWith("{") || start.startsWith("[")) {
            return "looks like JSON, but of no known export";
        }
        return start.startsWith("<")
                ? "looks like HTML, but of no known export"
                : "not a chat export of a known format";
    }

    private static String text(byte[] head) {
        return new String(head, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "");
    }

    private static boolean starts(byte[] head, int first, int second) {
        return head.length >= 2 && (head[0] & 0xFF) == first && (head[1] & 0xFF) == second;
    }
}
