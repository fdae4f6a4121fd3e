package dev.kaiaku.dataset.input;

import dev.kaiaku.dataset.Message;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Reads the files of one format, each as a stream. Not thread-safe. */
public interface ExportReader {
    /**
     * Hands on every message of a file in the order of the file.
     *
     * @param channel name of the channel, where the file itself names none
     * @param position told now and then how many bytes of the file have been read
     */
    void read(Path file, String channel, LongConsumer position, Consumer<Message> messages);
}
