package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Without cleaning, the samples on a real chat are those of the plainest reading of the rule, one by one, and those of
 * the shared {@code pandas_dataset.py} on all parts of that chat in one file: recorded are their number and the SHA-256
 * of user and assistant texts, a zero byte after each.
 */
final class ArticleRuleTest {
    private static final String SHARED = System.getProperty("kaiaku.shared", "");

    @TempDir
    Path folder;

    private record Line(OffsetDateTime time, String author, String text) {}

    @ParameterizedTest
    @CsvSource({
        "sam, 12672, b71af1079489509418b525fa915847208760e1813ffdceb979c0470b83c42bc2",
        "laura, 12702, f8464b90f3ef05342cf665acffdfd4edf8d1f3983e9f7679f9ff22fbded2f6df"
    })
    void cutsARealChatAsTheRuleSays(String persona, int samples, String sha256) throws IOException {
        Path export = Path.of(SHARED, "data", "crd3");
        Assumptions.assumeTrue(!SHARED.isEmpty() && Files.isDirectory(export), "needs -Dkaiaku.shared");
        DatasetOptions options =
                DatasetOptions.builder().context(ContextRule.BLOCK).clean(false).build();
        DatasetBuilder.build(List.of(export), persona, folder, options, Progress.NONE);
        List<Conversation> actual = new ArrayList<>(ConversationFile.read(folder.resolve(DatasetBuilder.TRAIN)));
        actual.addAll(ConversationFile.read(folder.resolve(DatasetBuilder.VALIDATION)));
        List<Conversation> expected = samples(lines(export), persona);
        assertThat(actual).hasSameSizeAs(expected).hasSize(samples);
        for (int i = 0; i < expected.size(); i++) {
            if (!actual.get(i).equals(expected.get(i))) {
                assertThat(actual.get(i)).as("sample " + i).isEqualTo(expected.get(i));
            }
        }
        assertThat(sha256(actual)).isEqualTo(sha256);
    }

    private static String sha256(List<Conversation> samples) {
        MessageDigest digest = Sha256.digest();
        for (Conversation sample : samples) {
            for (Turn turn : sample.turns()) {
                digest.update(turn.content().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Line> lines(Path export) throws IOException {
        List<Line> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(export)) {
            for (Path file : files.toList()) {
                try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(file)) {
                    for (NamedCsvRecord row : rows) {
                        lines.add(new Line(
                                OffsetDateTime.parse(row.getField("Date")),
                                row.getField("Author"),
                                row.getField("Content")));
                    }
                }
            }
        }
        lines.removeIf(line -> line.text().isBlank());
        lines.sort(Comparator.comparing(line -> line.time().toInstant()));
        return lines;
    }

    private static List<Conversation> samples(List<Line> lines, String persona) {
        List<Conversation> samples = new ArrayList<>();
        List<String> context = new ArrayList<>();
        List<String> reply = new ArrayList<>();
        for (int i = 0; i <= lines.size(); i++) {
            boolean ends = i == lines.size();
            boolean pauses = !ends
                    && i > 0
                    && Duration.between(lines.get(i - 1).time(), lines.get(i).time())
                                    .compareTo(Duration.ofMinutes(5))
                            >= 0;
            boolean persons = !ends && lines.get(i).author().equals(persona);
            if (ends || pauses || (!persons && !reply.isEmpty())) {
                if (!context.isEmpty() && !reply.isEmpty()) {
                    samples.add(new Conversation(List.of(
                            new Turn(Role.USER, String.join("\n", context)),
                            new Turn(Role.ASSISTANT, String.join("\n", reply)))));
                }
                context.clear();
                reply.clear();
            }
            if (persons) {
                reply.add(lines.get(i).text());
            } else if (!ends) {
                context.add("[" + lines.get(i).author() + "]: " + lines.get(i).text());
            }
        }
        return samples;
    }
}
