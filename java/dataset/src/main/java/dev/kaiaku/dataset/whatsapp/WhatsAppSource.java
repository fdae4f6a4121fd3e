package dev.kaiaku.dataset.whatsapp;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.input.CountingInput;
import dev.kaiaku.dataset.input.TextLines;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** The text of a WhatsApp export: the file itself, or the chat inside the archive that the phone makes. */
public final class WhatsAppSource {
    /** Far beyond what chats are packed to, with room for the smallest ones. */
    private static final long MAX_RATIO = 40;

    private static final long ALLOWED = 1 << 24;
    private static final long MAX_BYTES = 1L << 32;
    private static final int MAX_CANDIDATES = 20;
    private static final int HEAD = 1 << 12;

    private WhatsAppSource() {}

    public static TextLines open(Path file) {
        return new TextLines(file, isArchive(file) ? inArchive(file) : CountingInput.open(file));
    }

    /** Whether an archive holds a chat. */
    public static boolean isChatArchive(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return chat(zip) != null;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    public static boolean startsLikeAnArchive(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    /** Whether a text starts with a message. */
    public static boolean startsLikeAChat(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .map(line -> WhatsAppHeader.of(line) != null)
                .orElse(false);
    }

    private static boolean isArchive(Path file) {
        try (InputStream in = CountingInput.open(file)) {
            return startsLikeAnArchive(in.readNBytes(4));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static InputStream inArchive(Path file) {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            ZipEntry entry = chat(zip);
            if (entry == null) {
                zip.close();
                throw new BadInputException(file + ": no WhatsApp chat in this archive");
            }
            return new Unpacked(file, zip, entry);
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    private static @Nullable ZipEntry chat(ZipFile zip) throws IOException {
        List<? extends ZipEntry> texts = zip.stream()
                .filter(entry -> !entry.isDirectory())
                .filter(entry -> entry.getName().toLowerCase(Locale.ROOT).endsWith(".txt"))
                .sorted(Comparator.comparing(
                                (ZipEntry entry) -> !entry.getName().endsWith("_chat.txt"))
                        .thenComparing(ZipEntry::getName))
                .limit(MAX_CANDIDATES)
                .toList();
        for (ZipEntry entry : texts) {
            try (InputStream in = zip.getInputStream(entry)) {
                if (startsLikeAChat(new String(in.readNBytes(HEAD), StandardCharsets.UTF_8))) {
                    return entry;
                }
            }
        }
        return null;
    }

    private static BadInputException damaged(Path file, Exception cause) {
        return new BadInputException(file + ": a damaged zip archive; export the chat again", cause);
    }

    /** Stops where more comes out than a chat can have been. */
    private static final class Unpacked extends FilterInputStream {
        private final Path file;
        private final ZipFile zip;
        private final long limit;
        private long count;

        Unpacked(Path file, ZipFile zip, ZipEntry entry) throws IOException {
            super(zip.getInputStream(entry));
            this.file = file;
            this.zip = zip;
            // What an archive says of its entries may be a lie; its own size is none.
            long packed = Math.min(entry.getCompressedSize(), Files.size(file));
            limit = Math.min(MAX_BYTES, ALLOWED + MAX_RATIO * Math.max(0, packed));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            int read;
            try {
                read = super.read(bytes, offset, length);
            } catch (IOException e) {
                throw damaged(file, e);
            }
            count += Math.max(read, 0);
            if (count > limit) {
                throw new BadInputException(file + ": unpacks to more than " + (limit >> 20)
                        + " MiB, which no chat of its size does; unpack the chat yourself and give that file");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            super.close();
            zip.close();
        }
    }
}
