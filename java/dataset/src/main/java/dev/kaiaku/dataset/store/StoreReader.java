package dev.kaiaku.dataset.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the texts of a sealed {@link MessageStore}, fastest in the order of adding. Not thread-safe. */
public final class StoreReader {
    /** A record starts with at most five bytes of length and ends with at most fourteen others. */
    private static final int MARGIN = 20;

    private final MessageStore store;
    private ByteBuffer window = ByteBuffer.allocate(1 << 16).limit(0);
    private long start;
    private int textStart;
    private int textLength;
    private int reactions;
    private long id;

    StoreReader(MessageStore store) {
        this.store = store;
    }

    /** Goes to a message. */
    public StoreReader at(StoredChannel channel, int message) {
        return at(channel.offset(message));
    }

    /** What the message says. */
    public String text() {
        return new String(window.array(), textStart, textLength, StandardCharsets.UTF_8);
    }

    /** Reactions that the message received. */
    public int reactions() {
        return reactions;
    }

    long id() {
        return id;
    }

    StoreReader at(long offset) {
        if (offset < start || offset + MARGIN > start + window.limit()) {
            fill(offset, MARGIN);
        }
        window.position((int) (offset - start));
        textLength = number();
        int header = window.position() - (int) (offset - start);
        if (window.position() + textLength + MARGIN > window.limit()) {
            fill(offset, header + textLength + MARGIN);
            window.position(header);
        }
        textStart = window.position();
        window.position(textStart + textLength);
        reactions = number();
        id = 0;
        if (window.get() != 0) {
            for (int shift = 0; shift < 64; shift += 8) {
                id |= (window.get() & 0xFFL) << shift;
            }
        }
        return this;
    }

    /** Puts the window at a place; near the end of the file it is shorter than asked for. */
    private void fill(long offset, int needed) {
        if (needed > window.capacity()) {
            window = ByteBuffer.allocate(Math.max(needed, 2 * window.capacity()));
        }
        window.clear();
        store.read(window, offset);
        window.flip();
        start = offset;
    }

    private int number() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = window.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
