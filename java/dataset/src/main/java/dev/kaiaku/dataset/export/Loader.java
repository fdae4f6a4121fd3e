package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.clean.Cleaning;
import dev.kaiaku.dataset.csv.PlainCsv;
import dev.kaiaku.dataset.discord.DiscordCsv;
import dev.kaiaku.dataset.discord.DiscordHtml;
import dev.kaiaku.dataset.discord.DiscordJson;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.json.MessagesJsonl;
import dev.kaiaku.dataset.people.People;
import dev.kaiaku.dataset.scrub.ScrubCounts;
import dev.kaiaku.dataset.scrub.Scrubber;
import dev.kaiaku.dataset.store.MessageStore;
import dev.kaiaku.dataset.store.StoredChannel;
import dev.kaiaku.dataset.telegram.Telegram;
import dev.kaiaku.dataset.whatsapp.WhatsApp;
import dev.kaiaku.dataset.work.InOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Fills a store: one thread reads, counts and stores, in the order of the files; others clean and scrub. Not
 * thread-safe.
 */
final class Loader implements AutoCloseable {
    private static final int REPORT_EVERY = 1 << 12;

    private final DatasetOptions options;
    private final InputFiles files;
    private final MessageStore store;
    private final BadRows bad;
    private final Progress progress;
    private final People people;
    private final @Nullable Scrubber scrubber;
    private final InOrder<Batch> cleaners;
    private final Repeats repeats;
    private final StringPool pool = new StringPool();
    private final Set<ExportFormat> formats = EnumSet.noneOf(ExportFormat.class);
    private final Drops drops = new Drops();
    private final Census census = new Census();
    private final Map<String, Long> changed = new TreeMap<>();
    private final ScrubCounts scrubbed = new ScrubCounts();
    private final long bytes;
    private Batch batch;
    private @Nullable StoredChannel latest;
    private long bytesBefore;
    private long rows;
    private int duplicateFiles;
    private long duplicateMessages;

    Loader(DatasetOptions options, InputFiles files, MessageStore store, BadRows bad, Progress progress) {
        this.options = options;
        this.files = files;
        this.store = store;
        this.bad = bad;
        this.progress = progress;
        scrubber = options.scrub() ? new Scrubber(options.scrubWords()) : null;
        people = new People(names(options, scrubber), options.clean(), options.pseudonyms());
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        cleaners = new InOrder<>(threads, this::store);
        repeats = new Repeats(files.count() > 1);
        bytes = files.bytes();
        batch = new Batch(options, scrubber);
    }

    /** Reads the files of a channel; files of whole accounts hold several. */
    void channel(ExportChannel channel) {
        Map<ExportFormat, ExportReader> readers = new EnumMap<>(ExportFormat.class);
        for (ExportFile file : channel.files()) {
            if (files.repeats(file.path())) {
                duplicateFiles++;
            } else {
                ExportReader reader = readers.computeIfAbsent(file.format(), format -> reader(format, channel));
                formats.add(file.format());
                file(reader, file.path(), channel.name());
            }
        }
    }

    ChatLog finish(Path first) {
        bad.check(rows, options.maxBadRows());
        if (rows == 0) {
            throw new BadInputException(first + ": no messages in this export");
        }
        files.fingerprint();
        people.join(options.aliases());
        store.seal();
        return new ChatLog(
                store,
                people,
                List.copyOf(formats),
                files,
                rows,
                drops,
                changed,
                scrubbed,
                census,
                bad,
                duplicateFiles,
                duplicateMessages);
    }

    @Override
    public void close() {
        cleaners.close();
    }

    private static UnaryOperator<String> names(DatasetOptions options, @Nullable Scrubber scrubber) {
        Cleaning cleaning = new Cleaning(options.clean());
        // A number that is no contact stands where WhatsApp has a name.
        return name -> {
            String clean = cleaning.cleanName(name);
            return scrubber == null ? clean : scrubber.scrub(clean, new ScrubCounts());
        };
    }

    private ExportReader reader(ExportFormat format, ExportChannel channel) {
        return switch (format) {
            case DISCORD_JSON -> new DiscordJson(bad, pool);
            case DISCORD_HTML -> new DiscordHtml(bad, pool);
            case DISCORD_CSV -> new DiscordCsv(channel.files(format), bad, pool);
            case TELEGRAM -> new Telegram(bad, pool);
            case WHATSAPP -> new WhatsApp(bad);
            case MESSAGES -> new MessagesJsonl(bad, pool);
            case CSV -> new PlainCsv(channel.files(format), options.columns(), bad, pool);
        };
    }

    private void file(ExportReader reader, Path file, String channel) {
        long before = rows;
        Floods floods = new Floods();
        reader.read(file, channel, this::position, message -> message(message, floods));
        submit();
        cleaners.finish();
        store.endFile();
        repeats.nextFile();
        files.read(file, rows - before);
        bytesBefore += files.length(file);
        progress.report("reading", bytesBefore, bytes);
    }

    private void message(Message message, Floods floods) {
        if (repeats.contain(message)) {
            duplicateMessages++;
            return;
        }
        rows++;
        census.add(message);
        boolean flood = options.clean() && floods.goesOn(message);
        int account = message.authorId().isEmpty() ? -1 : people.add(message);
        batch.add(message, account, flood ? Floods.REASON : null);
        if (batch.isFull()) {
            submit();
        }
    }

    private void submit() {
        cleaners.submit(batch);
        batch = new Batch(options, scrubber);
    }

    /** Takes over what a worker cleaned. */
    private void store(Batch cleaned) {
        for (int i = 0; i < cleaned.size(); i++) {
            String reason = cleaned.reason(i);
            if (reason != null) {
                drops.add(reason, cleaned.account(i));
            } else {
                Message message = cleaned.message(i);
                store.add(
                        channel(message.channel()),
                        ChronoUnit.NANOS.between(Instant.EPOCH, message.time()),
                        cleaned.account(i),
                        cleaned.records(),
                        cleaned.start(i),
                        cleaned.end(i),
                        Batch.id(message.replyTo()));
            }
        }
        cleaned.cleaning().changed().forEach((rule, count) -> changed.merge(rule, count, Long::sum));
        scrubbed.merge(cleaned.scrubbed());
    }

    private StoredChannel channel(String name) {
        StoredChannel channel = latest;
        if (channel == null || !channel.name().equals(name)) {
            channel = store.channel(name);
            latest = channel;
        }
        return channel;
    }

    private void position(long position) {
        if (rows % REPORT_EVERY == 0) {
            progress.report("reading", bytesBefore + position, bytes);
        }
    }
}
