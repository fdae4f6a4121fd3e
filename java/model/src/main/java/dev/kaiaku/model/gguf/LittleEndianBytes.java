package dev.kaiaku.model.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The head of a file while it is put together. */
final class LittleEndianBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LittleEndianBytes i8(int value) {
        out.write(value);
        return this;
    }

    LittleEndianBytes i32(int value) {
        return i8(value).i8(value >> 8).i8(value >> 16).i8(value >> 24);
    }

    LittleEndianBytes i64(long value) {
        return i32((int) value).i32((int) (value >> 32));
    }

    LittleEndianBytes string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        i64(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
