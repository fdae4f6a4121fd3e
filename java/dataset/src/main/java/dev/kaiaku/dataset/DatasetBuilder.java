package dev.kaiaku.dataset;

import dev.kaiaku.dataset.canary.Canary;
import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.export.ExportFormat;
import dev.kaiaku.dataset.report.DatasetReport;
import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Samples;
import dev.kaiaku.dataset.sample.Session;
import dev.kaiaku.dataset.sample.Split;
import dev.kaiaku.dataset.selection.Selection;
import dev.kaiaku.dataset.selection.SelectionOptions;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns a chat export into samples of one member's replies. */
public final class DatasetBuilder {
    /** The samples to learn from. */
    public static final String TRAIN = "train.jsonl";

    /** The samples held out. */
    public static final String VALIDATION = "validation.jsonl";

    /** What is in them, for people. */
    public static final String REPORT = "report.html";

    /** Samples in the report. */
    private static final int EXAMPLES = 20;

    private final DatasetOptions options;
    private final Progress progress;
    private final Path out;
    private final ChatLog log;
    private final int persona;
    private final List<Session> sessions;
    private final Samples samples;

    private DatasetBuilder(ChatLog log, String persona, Path out, DatasetOptions options, Progress progress) {
        this.log = log;
        this.out = out;
        this.options = options;
        this.progress = progress;
        this.persona = log.people().find(persona);
        sessions = Session.of(log.store(), options.gap());
        samples = new Samples(log, sessions, this.persona, options);
    }

    /**
     * Writes {@code train.jsonl}, {@code validation.jsonl}, {@code dataset.json} and {@code report.html}; the same
     * input and options give the same bytes, whatever the number of threads.
     *
     * @param exports files and folders of chat exports, of the formats of {@link ExportFormat}
     * @param persona name or id of the member to imitate
     * @param out folder to write to; made where it is missing
     * @throws BadInputException where the export, the persona or the folder is not usable
     */
    public static DatasetSummary build(
            List<Path> exports, String persona, Path out, DatasetOptions options, Progress progress) {
        boolean isNew = !Files.exists(out);
        try (ChatLog log = ChatLog.read(exports, options, out, progress)) {
            return new DatasetBuilder(log, persona, out, options, progress).build();
        } catch (BadInputException e) {
            if (isNew) {
                removeEmpty(out);
            }
            throw e;
        }
    }

    private DatasetSummary build() {
        List<Session> answered = sessions.stream()
                .filter(session -> samples.replies(session) > 0)
                .toList();
        if (answered.isEmpty()) {
            throw new BadInputException("persona \"" + log.people().name(persona) + "\" answers nobody within "
                    + DurationText.format(options.gap()) + " (messages: "
                    + log.people().messages(persona)
                    + "), so there is nothing to learn; choose another persona or a longer --gap");
        }
        Split split = Split.of(
                answered, samples::replies, options.validation(), options.clean() ? options.guard() : Duration.ZERO);
        int trainReplies = samples.replies(split.train());
        Selection selection = options.clean() ? select(split, trainReplies) : null;
        List<Canary> canaries = Canary.of(options.canaries());
        try (ConversationWriter trainWriter = ConversationFile.writer(out.resolve(TRAIN));
                ConversationWriter validationWriter = ConversationFile.writer(out.resolve(VALIDATION));
                AtomicFile summaryFile = AtomicFile.create(out.resolve(DatasetSummary.FILE));
                AtomicFile report = AtomicFile.create(out.resolve(REPORT))) {
            Written train = write(split.train(), 0, selection, trainWriter, "writing");
            if (train.samples == 0) {
                throw new BadInputException("nothing is left to learn after the selection (" + train.dropped
                        + "); loosen it, such as with a lower --min-score");
            }
            canaries.forEach(canary -> plant(canary, trainWriter));
            Written validation =
                    write(split.validation(), trainReplies, selection, validationWriter, "writing validation");
            DatasetSummary summary = summary(
                    answered,
                    split,
                    train,
                    validation,
                    List.of(described(TRAIN, trainWriter), described(VALIDATION, validationWriter)));
            summaryFile.append(summary.json());
            report.append(DatasetReport.html(summary, log, persona, sessions, train.shape, train.examples));
            Canary.write(canaries, out);
            AtomicFile.commit(List.of(trainWriter.file(), validationWriter.file(), summaryFile, report));
            return summary;
        }
    }

    private Selection select(Split split, int trainReplies) {
        Replies validation = samples.replies(split.validation(), trainReplies);
        return options.score()
                ? Selection.of(samples.replies(split.train(), 0), validation, options.selection())
                : Selection.withoutScores(validation, trainReplies);
    }

    private Written write(
            List<Session> some, int firstReply, @Nullable Selection selection, ConversationWriter writer, String task) {
        int every = Math.max(1, samples.replies(some) / EXAMPLES);
        Written all = new Written(selection, firstReply == 0, every);
        samples.forEach(
                some,
                firstReply,
                piece -> {
                    Written part = new Written(selection, firstReply == 0, every);
                    piece.forEach(part::add);
                    return part;
                },
                part -> {
                    writer.write(part.lines);
                    all.merge(part);
                    progress.report(task, all.sessionsUpTo, sessions.size());
                });
        return all;
    }

    private void plant(Canary canary, ConversationWriter writer) {
        Conversation sample = canary.sample(options.system());
        for (int i = 0; i < canary.times(); i++) {
            writer.write(sample);
        }
    }

    private static DatasetSummary.FileHash described(String name, ConversationWriter writer) {
        return new DatasetSummary.FileHash(name, writer.bytes(), writer.count(), writer.sha256());
    }

    private DatasetSummary summary(
            List<Session> answered,
            Split split,
            Written train,
            Written validation,
            List<DatasetSummary.FileHash> outputs) {
        long messages = sessions.stream().mapToLong(samples::personaMessages).sum();
        long kept = train.messages + validation.messages;
        Map<String, Long> later = new TreeMap<>(train.dropped);
        validation.dropped.forEach((reason, count) -> later.merge(reason, count, Long::sum));
        later.put(
                "near validation",
                split.between().stream().mapToLong(samples::learnedMessages).sum());
        later.put(
                "reply to nobody",
                messages - answered.stream().mapToLong(samples::learnedMessages).sum());
        later.values().removeIf(count -> count == 0);
        Map<String, Long> personaDropped =
                log.drops().of(account -> account >= 0 && log.people().person(account) == persona);
        long rows = messages
                + personaDropped.values().stream().mapToLong(Long::longValue).sum();
        later.forEach((reason, count) -> personaDropped.merge(reason, count, Long::sum));
        Map<String, Long> dropped = log.drops().of(account -> true);
        later.forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
        List<DatasetSummary.FileHash> inputs = log.inputs().describe();
        return new DatasetSummary(
                KaiakuVersion.current(),
                new DatasetSummary.Author(log.people().id(persona), log.people().name(persona)),
                log.formats().stream().map(ExportFormat::id).collect(Collectors.joining(",")),
                options.context().id(),
                options.historyLines(),
                options.starters(),
                DurationText.format(options.gap()),
                options.clean(),
                options.markMedia() ? "mark" : "drop",
                options.pseudonyms() ? "alias" : "real",
                options.scrub(),
                options.clean() ? options.selection() : SelectionOptions.ALL,
                options.validation(),
                DurationText.format(options.clean() ? options.guard() : Duration.ZERO),
                options.system(),
                inputs.size(),
                log.rows(),
                log.people().count(),
                log.start().toString(),
                log.end().toString(),
                sessions.size(),
                answered.size(),
                train.samples,
                validation.samples,
                train.replies,
                validation.replies,
                rows,
                messages,
                kept,
                personaDropped,
                dropped,
                log.changed(),
                log.scrubbed().counts(),
                log.scrubbed().examples(),
                train.shape.shape(),
                train.scores(),
                log.badRows().count(),
                log.badRows().first(),
                log.badRows().warnings(),
                log.duplicateFiles(),
                log.duplicateMessages(),
                inputs,
                outputs);
    }

    private static void removeEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // Something was written before it failed; that stays.
            return;
        } catch (IOException e) {
            throw WriteFailure.of(folder, e);
        }
    }
}
