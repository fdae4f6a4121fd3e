package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An export in memory: cleaned messages of each channel in the order of time.
 *
 * @param channels a list of messages each; messages of equal times stay in the order of the export
 * @param people everybody, those whose messages were dropped included
 * @param inputs the files read, in order
 */
record ChatLog(
        List<List<Message>> channels,
        People people,
        List<DatasetSummary.FileHash> inputs,
        long rows,
        BadRows badRows,
        int duplicateFiles) {
    private static final int REPORT_EVERY = 1 << 12;

    /** Reads all files of all channels. */
    static ChatLog read(List<Path> exports, Cleaning cleaning, People people, Progress progress) {
        List<ExportChannel> found = ExportFiles.find(exports);
        Loader loader = new Loader(cleaning, people, progress, size(found));
        List<List<Message>> channels = found.stream().map(loader::channel).toList();
        loader.bad.check(loader.rows);
        if (loader.rows == 0) {
            throw new BadInputException(exports.get(0) + ": no messages in this export");
        }
        return new ChatLog(channels, people, loader.inputs, loader.rows, loader.bad, loader.duplicates);
    }

    /** Messages kept. */
    long messages() {
        return channels.stream().mapToLong(List::size).sum();
    }

    /** Time of the last message kept. */
    Instant end() {
        return channels.stream()
                .filter(channel -> !channel.isEmpty())
                .map(channel -> channel.get(channel.size() - 1).time())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static long size(List<ExportChannel> channels) {
        try {
            long bytes = 0;
            for (ExportChannel channel : channels) {
                for (Path file : channel.files()) {
                    bytes += Files.size(file);
                }
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is counted over the files. */
    private static final class Loader {
        private final Cleaning cleaning;
        private final People people;
        private final Progress progress;
        private final long bytes;
        private final BadRows bad = new BadRows();
        private final DiscordCsv reader = new DiscordCsv(bad);
        private final Set<String> hashes = new HashSet<>();
        private final List<DatasetSummary.FileHash> inputs = new ArrayList<>();
        private long bytesBefore;
        private long rows;
        private int duplicates;

        Loader(Cleaning cleaning, People people, Progress progress, long bytes) {
            this.cleaning = cleaning;
            this.people = people;
            this.progress = progress;
            this.bytes = bytes;
        }

        List<Message> channel(ExportChannel channel) {
            channel.files().forEach(ExportFormat::of);
            boolean dayFirst = DiscordCsv.dayFirst(channel);
            List<Message> messages = new ArrayList<>();
            for (Path file : channel.files()) {
                String hash = Sha256.of(file);
                if (hashes.add(hash)) {
                    List<Message> part = file(file, channel.name(), dayFirst, hash);
                    messages.addAll(part);
                } else {
                    duplicates++;
                }
            }
            messages.sort(Comparator.comparing(Message::time));
            return messages;
        }

        private List<Message> file(Path file, String channel, boolean dayFirst, String hash) {
            List<Message> kept = new ArrayList<>();
            long before = rows;
            reader.read(file, channel, dayFirst, this::position, message -> {
                rows++;
                people.add(message);
                String text = cleaning.clean(message.text());
                if (!text.isEmpty()) {
                    kept.add(message.withText(text));
                }
            });
            long length = length(file);
            bytesBefore += length;
            progress.report("reading", bytesBefore, bytes);
            inputs.add(new DatasetSummary.FileHash(file.getFileName().toString(), length, rows - before, hash));
            if (isNewestFirst(kept)) {
                Collections.reverse(kept);
            }
            return kept;
        }

        private void position(long position) {
            if (rows % REPORT_EVERY == 0) {
                progress.report("reading", bytesBefore + position, bytes);
            }
        }

        /** Whether more steps go back in time than forwards. */
        private static boolean isNewestFirst(List<Message> messages) {
            long steps = 0;
            for (int i = 1; i < messages.size(); i++) {
                steps += Integer.signum(
                        messages.get(i).time().compareTo(messages.get(i - 1).time()));
            }
            return steps < 0;
        }

        private static long length(Path file) {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": " + e.getMessage(), e);
            }
        }
    }
}
