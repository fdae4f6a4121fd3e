package dev.kaiaku.dataset;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.dataset.selection.SelectionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a dataset was made of and what was left out; the content of {@code dataset.json}. Holds no text of the
 * chat, and no paths.
 *
 * @param kaiaku version that made the dataset
 * @param format of the files read; several are joined by commas
 * @param rule how samples are cut, by {@link ContextRule#id}
 * @param historyLines lines before a reply at the most, where whole sessions are kept
 * @param starters whether what the persona says to nobody is learned too
 * @param gap as on the command line, such as {@code 5m}
 * @param media what became of pictures and the like: {@code drop} or {@code mark}
 * @param names {@code real} or {@code alias}
 * @param scrub whether private details became placeholders
 * @param selection what was left out of the replies to learn
 * @param validation share asked for
 * @param guard time that lies between training and validation where the dataset can spare it
 * @param system text of the system turn, or null
 * @param files files read, those given twice or with equal content once
 * @param messages rows read, the dropped ones included
 * @param authors people who wrote, told apart by id
 * @param from time of the first message kept, ISO 8601
 * @param to time of the last message kept
 * @param personaMessages the persona's messages that were not dropped in cleaning
 * @param personaMessagesKept those of them that a sample holds
 * @param trainReplies replies to learn; a sample of several turns has several
 * @param personaRows the persona's messages that were read
 * @param personaDropped those of them that no sample has, by reason
 * @param dropped messages of everybody left out, by reason
 * @param changed messages changed in cleaning, by rule
 * @param scrubbed private details replaced, by type
 * @param scrubExamples some of them, masked
 * @param shape of the samples
 * @param scores how many samples to learn have a score up to 0.05, up to 0.1, and so on
 * @param badRows rows that could not be read
 * @param firstBadRows the first of these: file, line, reason
 * @param warnings what else went wrong, a line each, such as a file that ends in the middle
 * @param duplicateFiles files passed over because another has the same content
 * @param duplicateMessages messages passed over because an earlier file has them too
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DatasetSummary(
        String kaiaku,
        Author persona,
        String format,
        String rule,
        int historyLines,
        boolean starters,
        String gap,
        boolean clean,
        String media,
        String names,
        boolean scrub,
        SelectionOptions selection,
        double validation,
        String guard,
        @Nullable String system,
        int files,
        long messages,
        int authors,
        String from,
        String to,
        int sessions,
        int sessionsWithSamples,
        int trainSamples,
        int validationSamples,
        int trainReplies,
        int validationReplies,
        long personaRows,
        long personaMessages,
        long personaMessagesKept,
        Map<String, Long> personaDropped,
        Map<String, Long> dropped,
        Map<String, Long> changed,
        Map<String, Long> scrubbed,
        Map<String, List<String>> scrubExamples,
        Shape shape,
        List<Integer> scores,
        long badRows,
        List<String> firstBadRows,
        List<String> warnings,
        int duplicateFiles,
        long duplicateMessages,
        List<FileHash> inputs,
        List<FileHash> outputs) {
    /** Name of the file in the folder of the dataset. */
    public static final String FILE = "dataset.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What newer versions added may be missing in older files. */
    public DatasetSummary {
        warnings = warnings == null ? List.of() : warnings;
        shape = shape == null ? Shape.NONE : shape;
        selection = selection == null ? SelectionOptions.ALL : selection;
        scores = scores == null ? List.of() : scores;
    }

    /**
     * Sizes of the replies to learn and of what stands before them.
     *
     * @param oneLineContext share of the replies before which a single line stands
     * @param contextLines median of the lines before a reply, history included
     * @param contextChars median of their characters
     * @param replyChars median of the characters of a reply
     * @param withHistory share of the replies before which the persona said something already
     */
    public record Shape(double oneLineContext, int contextLines, int contextChars, int replyChars, double withHistory) {
        static final Shape NONE = new Shape(0, 0, 0, 0, 0);
    }

    /** Who is imitated. */
    public record Author(String id, String name) {}

    /**
     * A file and its fingerprint.
     *
     * @param name without folder
     * @param rows messages of an input, samples of an output
     */
    public record FileHash(String name, long bytes, long rows, String sha256) {
        /** Of a file as it is. */
        public static FileHash of(Path file, long rows) {
            try {
                return new FileHash(file.getFileName().toString(), Files.size(file), rows, Sha256.of(file));
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": " + e.getMessage(), e);
            }
        }
    }

    /** Samples of both files. */
    public int samples() {
        return trainSamples + validationSamples;
    }

    /** The summary of the dataset in a folder. */
    public static DatasetSummary read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return JSON.readValue(Files.readString(file), DatasetSummary.class);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; `dataset build` makes it", e);
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": not a summary of a dataset; build the dataset again", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** The content of {@link #FILE}. */
    String json() {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        try {
            return JSON.writer(printer).writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
