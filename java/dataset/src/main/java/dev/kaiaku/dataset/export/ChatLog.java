package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.clean.Cleaning;
import dev.kaiaku.dataset.discord.DiscordCsv;
import dev.kaiaku.dataset.discord.DiscordJson;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.people.People;
import dev.kaiaku.dataset.telegram.Telegram;
import dev.kaiaku.dataset.whatsapp.WhatsApp;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An export in memory: cleaned messages of each channel in the order of time.
 *
 * @param channels a list of messages each; messages of equal times stay in the order of the export
 * @param people everybody, those whose messages were dropped included
 * @param formats of the files read
 * @param inputs the files read, in order
 */
public record ChatLog(
        List<List<Message>> channels,
        People people,
        Set<ExportFormat> formats,
        List<DatasetSummary.FileHash> inputs,
        long rows,
        BadRows badRows,
        int duplicateFiles,
        long duplicateMessages) {
    private static final int REPORT_EVERY = 1 << 12;

    /** Reads all files of all channels, which are of one format unless that is null. */
    public static ChatLog read(
            List<Path> exports, @Nullable ExportFormat format, Cleaning cleaning, People people, Progress progress) {
        BadRows bad = new BadRows();
        List<ExportChannel> found = ExportFiles.find(exports, format, bad);
        Loader loader = new Loader(cleaning, people, progress, new InputFiles(found), bad);
        List<List<Message>> channels =
                found.stream().map(loader::channels).flatMap(List::stream).toList();
        bad.check(loader.rows);
        if (loader.rows == 0) {
            throw new BadInputException(exports.get(0) + ": no messages in this export");
        }
        return new ChatLog(
                channels,
                people,
                loader.formats,
                loader.inputs,
                loader.rows,
                bad,
                loader.duplicateFiles,
                loader.duplicateMessages);
    }

    /** Messages kept. */
    public long messages() {
        return channels.stream().mapToLong(List::size).sum();
    }

    /** Time of the last message kept. */
    public Instant end() {
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
        private final Repeats repeats;
        private final BadRows bad;
        private final StringPool pool = new StringPool();
        private final Set<ExportFormat> formats = EnumSet.noneOf(ExportFormat.class);
        private final List<DatasetSummary.FileHash> inputs = new ArrayList<>();
        private final long bytes;
        private long bytesBefore;
        private long rows;
        private int duplicateFiles;
        private long duplicateMessages;

        Loader(Cleaning cleaning, People people, Progress progress, InputFiles files, BadRows bad) {
            this.cleaning = cleaning;
            this.people = people;
            this.progress = progress;
            this.files = files;
            this.bad = bad;
            bytes = files.bytes();
            repeats = new Repeats(files.count() > 1);
        }

        /** One channel as a rule; files of whole accounts hold several. */
        List<List<Message>> channels(ExportChannel channel) {
            Map<ExportFormat, ExportReader> readers = new EnumMap<>(ExportFormat.class);
            Map<String, List<Message>> byName = new LinkedHashMap<>();
            for (ExportFile file : channel.files()) {
                if (files.repeats(file.path())) {
                    duplicateFiles++;
                } else {
                    ExportReader reader = readers.computeIfAbsent(file.format(), format -> reader(format, channel));
                    formats.add(file.format());
                    file(reader, file.path(), channel.name())
                            .forEach(message -> byName.computeIfAbsent(message.channel(), name -> new ArrayList<>())
                                    .add(message));
                }
            }
            byName.values().forEach(messages -> messages.sort(Comparator.comparing(Message::time)));
            return List.copyOf(byName.values());
        }

        private ExportReader reader(ExportFormat format, ExportChannel channel) {
            return switch (format) {
                case DISCORD_JSON -> new DiscordJson(bad, pool);
                case DISCORD_CSV -> new DiscordCsv(channel.files(format), bad, pool);
                case TELEGRAM -> new Telegram(bad, pool);
                case WHATSAPP -> new WhatsApp(bad);
            };
        }

        private List<Message> file(ExportReader reader, Path file, String channel) {
            List<Message> kept = new ArrayList<>();
            long before = rows;
            reader.read(file, channel, this::position, message -> {
                if (repeats.contain(message)) {
                    duplicateMessages++;
                    return;
                }
                rows++;
                if (!message.authorId().isEmpty()) {
                    people.add(message);
                }
                String text = cleaning.clean(message);
                if (!text.isEmpty()) {
                    kept.add(message.withText(text));
                }
            });
            repeats.nextFile();
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
