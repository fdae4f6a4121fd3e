package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.people.People;
import dev.kaiaku.dataset.scrub.ScrubCounts;
import dev.kaiaku.dataset.store.MessageStore;
import dev.kaiaku.dataset.store.StoredChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An export that was read: cleaned messages of each channel in the order of time. Closing it removes the texts.
 *
 * @param store what was not left out
 * @param people everybody, those whose messages were all left out included
 * @param formats of the files read, in the order of {@link ExportFormat}
 * @param inputs the files read
 * @param rows messages read, those left out included
 * @param drops messages left out, by reason
 * @param changed messages changed in cleaning, by rule
 * @param scrubbed private details replaced
 * @param census what the formats tell of the messages
 */
public record ChatLog(
        MessageStore store,
        People people,
        List<ExportFormat> formats,
        InputFiles inputs,
        long rows,
        Drops drops,
        Map<String, Long> changed,
        ScrubCounts scrubbed,
        Census census,
        BadRows badRows,
        int duplicateFiles,
        long duplicateMessages)
        implements AutoCloseable {
    /**
     * Reads all files of all channels.
     *
     * @param scratch folder for a temporary file with the texts
     */
    public static ChatLog read(List<Path> exports, DatasetOptions options, Path scratch, Progress progress) {
        if (exports.isEmpty()) {
            throw new BadInputException("no export given; name a file or a folder");
        }
        BadRows bad = new BadRows();
        List<ExportChannel> found = ExportFiles.find(exports, options.format(), options.columns(), bad);
        MessageStore store = MessageStore.in(scratch);
        try (Loader loader = new Loader(options, new InputFiles(found), store, bad, progress)) {
            found.forEach(loader::channel);
            return loader.finish(exports.get(0));
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /** Messages kept. */
    public long messages() {
        return store.size();
    }

    /** Time of the first message kept. */
    public Instant start() {
        return instant(store.channels().stream()
                .filter(channel -> channel.size() > 0)
                .mapToLong(channel -> channel.nanos(0))
                .min()
                .orElseThrow());
    }

    /** Time of the last message kept. */
    public Instant end() {
        return instant(store.channels().stream()
                .filter(channel -> channel.size() > 0)
                .mapToLong(channel -> channel.nanos(channel.size() - 1))
                .max()
                .orElseThrow());
    }

    /** A time of a {@link StoredChannel}. */
    public static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    @Override
    public void close() {
        store.close();
    }
}
