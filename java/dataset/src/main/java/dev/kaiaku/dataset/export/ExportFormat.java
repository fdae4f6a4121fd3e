package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.csv.CsvColumns;
import dev.kaiaku.dataset.csv.PlainCsv;
import dev.kaiaku.dataset.input.CountingInput;
import dev.kaiaku.dataset.json.MessagesJsonl;
import dev.kaiaku.dataset.whatsapp.WhatsAppSource;
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
    /** DiscordChatExporter, {@code --format HtmlDark} or {@code HtmlLight}. */
    DISCORD_HTML("discord-html"),
    /** DiscordChatExporter, {@code --format Csv}. */
    DISCORD_CSV("discord-csv"),
    /** {@code result.json} of Telegram Desktop, of one chat or a whole account. */
    TELEGRAM("telegram"),
    /** The text of a chat that WhatsApp exports on a phone, or the archive with it. */
    WHATSAPP("whatsapp"),
    /** JSON Lines, a conversation each in the form that we write too, or a message each. */
    MESSAGES("messages"),
    /** A table of another program, with columns for author, time and text. */
    CSV("csv");

    private static final int HEAD = 1 << 14;
    private static final Pattern DISCORD_HTML_PART =
            Pattern.compile("DiscordChatExporter|chatlog__message|class=\"?(?:preamble|chatlog)\\b");
    private static final Pattern DISCORD_JSON_START = Pattern.compile("\\s*\\{\\s*\"guild\"\\s*:");
    private static final Pattern TELEGRAM_CHAT = Pattern.compile("\\s*\\{(?s:.{0,2000}?)\"type\"\\s*:\\s*\""
            + "(?:saved_messages|replies|verify_codes|(?:personal|bot)_chat|(?:private|public)_\\w{1,40})\"");
    private static final Pattern TELEGRAM_ACCOUNT = Pattern.compile(
            "\\s*\\{\\s*(?:\"about\"\\s*:\\s*\"[^\"]{0,4000}\"\\s*,\\s*)?+\"(?:personal_information|profile_pictures|stories"
                    + "|contacts|frequent_contacts|sessions|web_sessions|other_data|chats|left_chats)\"\\s*:");

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

    /**
     * The format of a file; a {@link BadInputException} says what the file seems to be instead.
     *
     * @param columns of the tables asked for, or null
     */
    public static ExportFormat of(Path file, @Nullable CsvColumns columns) {
        byte[] head = head(file);
        ExportFormat format = recognise(file, head, columns);
        if (format == null) {
            throw new BadInputException(file + ": " + guess(head) + "; what can be read: " + ids());
        }
        return format;
    }

    /** As {@link #of}, null where the file is nothing known. */
    public static @Nullable ExportFormat find(Path file, @Nullable CsvColumns columns) {
        return recognise(file, head(file), columns);
    }

    private static byte[] head(Path file) {
        try (InputStream in = CountingInput.open(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable ExportFormat recognise(Path file, byte[] head, @Nullable CsvColumns columns) {
        if (WhatsAppSource.startsLikeAnArchive(head)) {
            return WhatsAppSource.isChatArchive(file) ? WHATSAPP : null;
        }
        String text = text(head);
        String firstLine = text.lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
        if (firstLine.contains("authorid") && firstLine.contains("content")) {
            return DISCORD_CSV;
        }
        if (columns != null && firstLine.contains(columns.author().toLowerCase(Locale.ROOT))) {
            return CSV;
        }
        if (DISCORD_HTML_PART.matcher(text).find()) {
            return DISCORD_HTML;
        }
        if (MessagesJsonl.starts(text)) {
            return MESSAGES;
        }
        if (DISCORD_JSON_START.matcher(text).lookingAt()) {
            return DISCORD_JSON;
        }
        if (TELEGRAM_CHAT.matcher(text).lookingAt()
                || TELEGRAM_ACCOUNT.matcher(text).lookingAt()) {
            return TELEGRAM;
        }
        if (WhatsAppSource.startsLikeAChat(text)) {
            return WHATSAPP;
        }
        return PlainCsv.knows(firstLine) ? CSV : null;
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
            return "a zip archive without a WhatsApp chat, unpack it first";
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
