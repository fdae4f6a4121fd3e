package dev.kaiaku.dataset;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

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
        Loader loader = new Loader(cleaning, people, progress, new InputFiles(found));
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

    /** What is counted over the files. */
    private static final class Loader {
        private final Cleaning cleaning;
        private final People people;
        private final Progress progress;
        private final InputFiles files;
        private final BadRows bad = new BadRows();
        private final DiscordCsv reader = new DiscordCsv(bad);
        private final List<DatasetSummary.FileHash> inputs = new ArrayList<>();
        private final long bytes;
        private long bytesBefore;
        private long rows;
        private int duplicates;

        Loader(Cleaning cleaning, People people, Progress progress, InputFiles files) {
            this.cleaning = cleaning;
            this.people = people;
            this.progress = progress;
            this.files = files;
            this.bytes = files.bytes();
        }

        List<Message> channel(ExportChannel channel) {
            channel.files().forEach(ExportFormat::of);
            boolean dayFirst = DiscordCsv.dayFirst(channel);
            List<Message> messages = new ArrayList<>();
            for (Path file : channel.files()) {
                if (files.repeats(file)) {
                    duplicates++;
                } else {
                    messages.addAll(file(file, channel.name(), dayFirst));
                }
            }
            messages.sort(Comparator.comparing(Message::time));
            return messages;
        }

        private List<Message> file(Path file, String channel, boolean dayFirst) {
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
            DatasetSummary.FileHash input = files.describe(file, rows - before);
            inputs.add(input);
            bytesBefore += input.bytes();
            progress.report("reading", bytesBefore, bytes);
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
    }
}
