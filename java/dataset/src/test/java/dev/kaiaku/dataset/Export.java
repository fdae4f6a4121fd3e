package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Writes small exports as DiscordChatExporter does. */
public final class Export {
    public static final String HEADER = "AuthorID,Author,Date,Content,Attachments,Reactions";
    private static final OffsetDateTime START = OffsetDateTime.of(2026, 3, 1, 20, 0, 0, 0, ZoneOffset.ofHours(-3));
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSxxx");

    private final StringBuilder text = new StringBuilder();
    private final String newline;

    public Export() {
        this("\n");
    }

    public Export(String newline) {
        this.newline = newline;
        text.append(HEADER).append(newline);
    }

    /** A message so many seconds after the start; its author's id is made from the name. */
    public Export say(long second, String author, String content) {
        return row(id(author), author, date(second), content);
    }

    public Export row(String id, String author, String date, String content) {
        return raw("\"" + id + "\",\"" + author.replace("\"", "\"\"") + "\",\"" + date + "\",\""
                + content.replace("\"", "\"\"") + "\",\"\",\"\"");
    }

    public Export raw(String line) {
        text.append(line).append(newline);
        return this;
    }

    public static String id(String author) {
        return Integer.toString(1000 + (author.hashCode() & 0xFFFF));
    }

    public static String date(long second) {
        return START.plusSeconds(second).format(ISO);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    public Path write(Path file) {
        return write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
