package dev.kaiaku.dataset.store;

import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages of an export: texts in a temporary file that is gone when the process is, times and authors in
 * memory, some 20 bytes a message. First filled by one thread, then sealed, then read by many.
 */
public final class MessageStore implements AutoCloseable {
    private static final int BUFFER = 1 << 18;

    private final Path path;
    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Map<String, StoredChannel> byName = new LinkedHashMap<>();
    private final List<StoredChannel> channels = new ArrayList<>();
    /** What a message answers, by reference: first the fingerprint of an id, after sealing a reference. */
    private LongMap answers = new LongMap();

    private long written;

    private MessageStore(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /** A store with its file in this folder, which is made where it is missing. */
    public static MessageStore in(Path folder) {
        try {
            Files.createDirectories(folder);
            Path path = Files.createTempFile(folder, ".messages", ".tmp");
            return new MessageStore(
                    path,
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw WriteFailure.of(folder, e);
        }
    }

    /** The channel of a name, a new one where there is none yet. */
    public StoredChannel channel(String name) {
        StoredChannel channel = byName.get(name);
        if (channel == null) {
            channel = new StoredChannel(name, channels.size());
            byName.put(name, channel);
            channels.add(channel);
        }
        return channel;
    }

    /** The channels, in the order of reading. */
    public List<StoredChannel> channels() {
        return Collections.unmodifiableList(channels);
    }

    /** Messages of all channels. */
    public long size() {
        return channels.stream().mapToLong(StoredChannel::size).sum();
    }

    /**
     * Adds a message.
     *
     * @param record bytes of {@link StoredText}
     * @param answered fingerprint of the id of the message that this one answers, or 0
     */
    public void add(StoredChannel channel, long nanos, int author, byte[] record, int from, int to, long answered) {
        int added = channel.add(nanos, author, written);
        if (answered != 0) {
            answers.put(reference(channel.number(), added), answered);
        }
        write(record, from, to);
        written += to - from;
    }

    /** Ends the messages of a file. */
    public void endFile() {
        channels.forEach(StoredChannel::endFile);
    }

    /** Ends the filling: puts every channel in the order of time, and finds what replies answer. */
    public void seal() {
        flush();
        channels.forEach(StoredChannel::seal);
        if (answers.size() > 0) {
            answers = linked();
        }
    }

    /** A reader of the texts, for one thread. */
    public StoreReader reader() {
        return new StoreReader(this);
    }

    /** The message that a message answers, as {@link #reference} made it; -1 where it answers none that is here. */
    public long answered(StoredChannel channel, int message) {
        return answers.get(reference(channel.number(), message), -1);
    }

    /** Whether any message answers another. */
    public boolean hasAnswers() {
        return answers.size() > 0;
    }

    /** Replies whose answered message is here. */
    public int answers() {
        return answers.size();
    }

    /** A message as one number; not negative. */
    public static long reference(int channel, int message) {
        return (long) channel << 32 | message;
    }

    public static int channelOf(long reference) {
        return (int) (reference >>> 32);
    }

    public static int messageOf(long reference) {
        return (int) reference;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    /** Fills a buffer from a place in the file; fewer bytes only at the end. */
    void read(ByteBuffer target, long position) {
        try {
            while (target.hasRemaining()) {
                int count = file.read(target, position + target.position());
                if (count < 0) {
                    return;
                }
            }
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    private LongMap linked() {
        LongMap wanted = new LongMap();
        answers.forEachValue(id -> wanted.put(id, -1));
        StoreReader reader = reader();
        for (StoredChannel channel : channels) {
            for (int added = 0; added < channel.size(); added++) {
                long id = reader.at(channel.offsetAdded(added)).id();
                if (id != 0 && wanted.get(id, 0) == -1) {
                    wanted.put(id, reference(channel.number(), channel.place(added)));
                }
            }
        }
        LongMap linked = new LongMap();
        for (StoredChannel channel : channels) {
            for (int added = 0; added < channel.size(); added++) {
                long id = answers.get(reference(channel.number(), added), 0);
                long target = id == 0 ? -1 : wanted.get(id, -1);
                if (target >= 0) {
                    linked.put(reference(channel.number(), channel.place(added)), target);
                }
            }
        }
        return linked;
    }

    private void write(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(buffer.remaining(), to - at);
            buffer.put(bytes, at, count);
            at += count;
        }
    }

    private void flush() {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
        buffer.clear();
    }
}
