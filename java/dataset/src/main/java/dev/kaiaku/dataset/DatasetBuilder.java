package dev.kaiaku.dataset;

import dev.kaiaku.dataset.clean.Cleaning;
import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.export.ExportFormat;
import dev.kaiaku.dataset.people.People;
import dev.kaiaku.dataset.sample.Blocks;
import dev.kaiaku.dataset.sample.Sample;
import dev.kaiaku.dataset.sample.Session;
import dev.kaiaku.dataset.sample.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Turns a chat export into samples of one member's replies. */
public final class DatasetBuilder {
    /** The samples to learn from. */
    public static final String TRAIN = "train.jsonl";

    /** The samples held out. */
    public static final String VALIDATION = "validation.jsonl";

    private final DatasetOptions options;
    private final Progress progress;
    private final Cleaning cleaning;
    private final People people;
    private final ChatLog log;
    private final String personaId;

    private DatasetBuilder(List<Path> exports, String persona, DatasetOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
        cleaning = new Cleaning(options.clean());
        people = new People(cleaning::cleanName, options.clean());
        log = ChatLog.read(exports, options.format(), cleaning, people, progress);
        personaId = people.find(persona);
    }

    /**
     * Writes {@code train.jsonl}, {@code validation.jsonl} and {@code dataset.json}; the same input and options
     * give the same bytes.
     *
     * @param exports files and folders of chat exports, of the formats of {@link ExportFormat}
     * @param persona name or id of the member to imitate
     * @param out folder to write to; made where it is missing
     * @throws BadInputException where the export, the persona or the folder is not usable
     */
    public static DatasetSummary build(
            List<Path> exports, String persona, Path out, DatasetOptions options, Progress progress) {
        if (exports.isEmpty()) {
            throw new BadInputException("no export given; name a file or a folder");
        }
        return new DatasetBuilder(exports, persona, options, progress).writeTo(out);
    }

    private DatasetSummary writeTo(Path out) {
        List<Session> sessions = Session.of(log.channels(), options.gap());
        Blocks blocks = new Blocks(personaId, people, options);
        List<List<Sample>> samples = sessions.stream()
                .map(blocks::of)
                .filter(found -> !found.isEmpty())
                .toList();
        if (samples.isEmpty()) {
            throw new BadInputException("persona \"" + people.name(personaId) + "\" answers nobody within "
                    + DurationText.format(options.gap()) + " (messages: " + people.messages(personaId)
                    + "), so there is nothing to learn; choose another persona or a longer --gap");
        }
        Split split = Split.of(samples, options.validation());
        List<DatasetSummary.FileHash> outputs = write(out, split);
        Map<String, Long> dropped = new TreeMap<>(cleaning.dropped());
        dropped.put("reply to nobody", blocks.droppedMessages());
        DatasetSummary summary = new DatasetSummary(
                KaiakuVersion.current(),
                new DatasetSummary.Author(personaId, people.name(personaId)),
                log.formats().stream().map(ExportFormat::id).collect(Collectors.joining(",")),
                "block",
                DurationText.format(options.gap()),
                options.clean(),
                options.validation(),
                options.system(),
                log.inputs().size(),
                log.rows(),
                people.count(),
                sessions.get(0).start().toString(),
                log.end().toString(),
                sessions.size(),
                samples.size(),
                split.train().size(),
                split.validation().size(),
                blocks.keptMessages() + blocks.droppedMessages(),
                blocks.keptMessages(),
                dropped,
                cleaning.changed(),
                log.badRows().count(),
                log.badRows().first(),
                log.badRows().warnings(),
                log.duplicateFiles(),
                log.duplicateMessages(),
                log.inputs(),
                outputs);
        summary.write(out);
        return summary;
    }

    /** Neither file appears before both are complete. */
    private List<DatasetSummary.FileHash> write(Path out, Split split) {
        Path trainFile = out.resolve(TRAIN);
        Path validationFile = out.resolve(VALIDATION);
        try (ConversationWriter train = ConversationFile.writer(trainFile);
                ConversationWriter validation = ConversationFile.writer(validationFile)) {
            split.train().forEach(sample -> train.write(sample.conversation(), sample.meta()));
            split.validation().forEach(sample -> validation.write(sample.conversation(), sample.meta()));
            train.commit();
            validation.commit();
        }
        long samples = (long) split.train().size() + split.validation().size();
        progress.report("writing", samples, samples);
        return List.of(
                DatasetSummary.FileHash.of(trainFile, split.train().size()),
                DatasetSummary.FileHash.of(validationFile, split.validation().size()));
    }
}
