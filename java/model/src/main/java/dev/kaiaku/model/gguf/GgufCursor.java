package dev.kaiaku.model.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.InputFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads the head of a file from start to end, and never asks for more than the file has. */
final class GgufCursor {
    private static final int CHUNK = 1 << 16;
    private static final int MAX_STRING = 1 << 24;

    private final InputFile file;
    private ByteBuffer chunk = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    private long chunkEnd;

    GgufCursor(InputFile file) {
        this.file = file;
    }

    long position() {
        return chunkEnd - chunk.remaining();
    }

    long remaining() {
        return file.size() - position();
    }

    byte i8(String what) {
        return need(1, what).get();
    }

    short i16(String what) {
        return need(2, what).getShort();
    }

    int i32(String what) {
        return need(4, what).getInt();
    }

    long i64(String what) {
        return need(8, what).getLong();
    }

    /** A count of things that take at least {@code minBytes} each. */
    int count(String what, int minBytes, int max) {
        long count = i64(what);
        if (count < 0 || count > max) {
            throw new BadInputException(file.path() + ": " + what + " is said to be " + Long.toUnsignedString(count)
                    + ", at most " + max + " is possible");
        }
        if (count * minBytes > remaining()) {
            throw cutShort(what, count * minBytes);
        }
        return (int) count;
    }

    String string(String what) {
        int length = count("the length of " + what, 1, MAX_STRING);
        if (length == 0) {
            return "";
        }
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, CHUNK);
            need(part, what).get(bytes, done, part);
            done += part;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The chunk with at least {@code bytes} more bytes in it; not more than {@link #CHUNK}. */
    private ByteBuffer need(int bytes, String what) {
        if (chunk.remaining() < bytes) {
            if (remaining() < bytes) {
                throw cutShort(what, bytes);
            }
            long start = position();
            chunk = file.read(start, (int) Math.min(CHUNK, file.size() - start));
            chunkEnd = start + chunk.limit();
        }
        return chunk;
    }

    private BadInputException cutShort(String what, long bytes) {
        return new BadInputException(file.path() + ": cut short: " + what + " needs " + bytes + " bytes at "
                + position() + ", the file has " + file.size() + "; download it again");
    }
}
