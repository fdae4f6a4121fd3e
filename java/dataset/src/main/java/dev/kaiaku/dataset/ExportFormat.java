package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The formats of chat exports that can be read; told apart by content, never by name. */
enum ExportFormat {
    /** DiscordChatExporter, {@code --format Csv}. */
    DISCORD_CSV("discord-csv");

    private static final int HEAD = 4096;
    private static final String ADVICE = "; export the chat with DiscordChatExporter as CSV";

    private final String id;

    ExportFormat(String id) {
        this.id = id;
    }

    /** The name on the command line and in {@code dataset.json}. */
    String id() {
        return id;
    }

    /** The format of a file; a {@link BadInputException} says what the file seems to be instead. */
    static ExportFormat of(Path file) {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        } catch (AccessDeniedException e) {
            throw new BadInputException(file + ": may not be read (permission denied)", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        if (head.length == 0) {
            throw new BadInputException(file + ": an empty file" + ADVICE);
        }
        if (starts(head, 0xFF, 0xFE) || starts(head, 0xFE, 0xFF)) {
            throw new BadInputException(file + ": UTF-16 text; save it as UTF-8");
        }
        String text = new String(head, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "");
        String firstLine = text.lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
        if (firstLine.contains("authorid") && firstLine.contains("content")) {
            return DISCORD_CSV;
        }
        throw new BadInputException(file + ": " + guess(text) + ADVICE);
    }

    private static String guess(String text) {
        String start = text.stripLeading().toLowerCase(Locale.ROOT);
        if (start.startsWith("pk\u0003\u0004")) {
            return "a zip archive; unpack it first";
        }
        if (text.indexOf('\0') >= 0) {
            return "a binary file, not a chat export";
        }
        if (start.startsWith("{") || start.startsWith("[{")) {
            return "looks like JSON";
        }
        if (start.startsWith("<")) {
            return "looks like HTML";
        }
        return "not a DiscordChatExporter CSV: the first line should be"
                + " AuthorID,Author,Date,Content,Attachments,Reactions";
    }

    private static boolean starts(byte[] head, int first, int second) {
        return head.length >= 2 && (head[0] & 0xFF) == first && (head[1] & 0xFF) == second;
    }
}
