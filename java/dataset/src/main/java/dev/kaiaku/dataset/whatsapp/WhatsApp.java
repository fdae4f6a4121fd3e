package dev.kaiaku.dataset.whatsapp;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.TextLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads the chats that WhatsApp exports, as text or in the archive that holds it, message by message. */
public final class WhatsApp implements ExportReader {
    private final BadRows bad;

    public WhatsApp(BadRows bad) {
        this.bad = bad;
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        WhatsAppLayout layout = WhatsAppLayout.of(file);
        long length = length(file);
        try (TextLines lines = WhatsAppSource.open(file)) {
            Reading reading = new Reading(file, channel, layout, messages);
            for (String line = lines.next(); line != null; line = lines.next()) {
                reading.line(line, lines.number());
                if (lines.wasCut()) {
                    bad.add(file, lines.number(), "longer than " + TextLines.MAX + " characters");
                }
                position.accept(Math.min(lines.position(), length));
            }
            reading.close();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** The message at hand, which ends where the next one starts. */
    private final class Reading {
        private final Path file;
        private final String channel;
        private final WhatsAppLayout layout;
        private final Consumer<Message> messages;
        private final StringBuilder text = new StringBuilder();
        private @Nullable Instant time;
        private String author = "";
        private boolean skipping;
        private boolean full;

        Reading(Path file, String channel, WhatsAppLayout layout, Consumer<Message> messages) {
            this.file = file;
            this.channel = channel;
            this.layout = layout;
            this.messages = messages;
        }

        void line(String line, long number) {
            WhatsAppHeader header = WhatsAppHeader.of(line, layout.style());
            if (header != null) {
                close();
                begin(header, number);
            } else if (time != null) {
                goOn(line, number);
            } else if (!skipping && !line.isBlank()) {
                bad.add(file, number, "no date at the start of the line");
            }
        }

        private void begin(WhatsAppHeader header, long number) {
            time = ChatDate.parse(header.date(), layout.dayFirst());
            skipping = time == null;
            if (skipping) {
                bad.add(file, number, "not a date: \"" + header.date() + "\"");
                return;
            }
            String rest = header.rest();
            int end = layout.nameEnd(rest);
            author = end < 0 ? "" : WhatsAppLayout.shown(rest.substring(0, end));
            text.append(end < 0 ? rest : rest.substring(Math.min(end + 2, rest.length())));
        }

        private void goOn(String line, long number) {
            if (text.length() + line.length() < TextLines.MAX) {
                text.append('\n').append(line);
            } else if (!full) {
                full = true;
                bad.add(file, number, "a message longer than " + TextLines.MAX + " characters");
            }
        }

        /** Hands on the message that ends here, if one does. */
        void close() {
            if (time != null) {
                WhatsAppText found = author.isEmpty()
                        ? new WhatsAppText(MessageKind.SYSTEM, "", null)
                        : WhatsAppText.of(text.toString());
                String by = found.kind() == MessageKind.SYSTEM ? "" : author;
                messages.accept(
                        new Message(time, by, by, channel, found.text(), found.kind(), null, null, 0, found.media()));
            }
            time = null;
            full = false;
            text.setLength(0);
        }
    }
}
