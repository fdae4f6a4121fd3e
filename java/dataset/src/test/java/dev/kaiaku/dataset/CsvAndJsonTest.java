package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.report.DatasetStats;
import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both forms of the same real channels give the same samples, as far as CSV can know. */
final class CsvAndJsonTest {
    private static final String SHARED = System.getProperty("kaiaku.shared", "");
    private static final Path EXPORT = Path.of(SHARED, "data", "pyscript");
    private static final Pattern ROW = Pattern.compile(
            "^\"(\\d+)\",\"(?:[^\"]|\"\")*+\",\"[^\"]*+\",\"(?:[^\"]|\"\")*+\",\"(?:[^\"]|\"\")*+\",\"(?:[^\"]|\"\")*+\"\n",
            Pattern.MULTILINE);

    @TempDir
    Path folder;

    private List<Path> csv;
    private List<Path> json;

    @BeforeEach
    void find() throws IOException {
        Assumptions.assumeTrue(!SHARED.isEmpty() && Files.isDirectory(EXPORT), "needs -Dkaiaku.shared");
        csv = files(".csv");
        json = files(".json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ntoll", "jeffglass"})
    void haveTheSameSamplesWithoutCleaning(String persona) {
        Chat chat = new Chat(folder, persona);
        DatasetOptions options =
                DatasetOptions.builder().context(ContextRule.BLOCK).clean(false).build();
        chat.build(options, csv.toArray(Path[]::new));
        List<Conversation> expected = chat.samples();
        DatasetSummary summary = chat.build(options, json.toArray(Path[]::new));
        assertThat(summary.messages()).isEqualTo(6072);
        assertSame(chat.samples(), expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ntoll", "jeffglass"})
    void haveTheSameSamplesOnceTheBotsAreOutOfTheCsv(String persona) throws IOException {
        Chat chat = new Chat(folder, persona);
        Set<String> bots = bots();
        for (Path file : csv) {
            chat.file(file.getFileName().toString(), without(bots, Files.readString(file)));
        }
        chat.build(folder.resolve("in"));
        List<Conversation> expected = chat.samples();
        DatasetSummary summary = chat.build(json.toArray(Path[]::new));
        assertThat(summary.dropped()).containsEntry("bot", 371L).containsEntry("system message", 77L);
        assertSame(chat.samples(), expected);
    }

    @Test
    void countEveryMessageOnceWhenGivenTogether() {
        Chat chat = new Chat(folder, "ntoll");
        chat.build(json.toArray(Path[]::new));
        List<Conversation> expected = chat.samples();
        DatasetSummary summary = chat.build(EXPORT);
        assertThat(summary.messages()).isEqualTo(6072);
        assertThat(summary.duplicateMessages()).isEqualTo(6072);
        assertSame(chat.samples(), expected);
    }

    @Test
    void theStatisticsTellWhatOnlyOneOfThemKnows() {
        DatasetStats fromCsv = DatasetStats.of(csv, DatasetOptions.defaults(), 1, Progress.NONE);
        DatasetStats fromJson = DatasetStats.of(json, DatasetOptions.defaults(), 1, Progress.NONE);
        assertThat(fromCsv.kinds()).containsOnly(Map.entry("unknown", 6072L));
        assertThat(fromJson.kinds())
                .containsOnly(Map.entry("said", 5624L), Map.entry("bot", 371L), Map.entry("system", 77L));
        assertThat(List.of(fromCsv.withId(), fromCsv.replies(), fromCsv.answered()))
                .containsOnly(0L);
        assertThat(List.of(fromJson.withId(), fromJson.replies(), fromJson.answered()))
                .containsExactly(6072L, 1323L, 1287L);
        assertThat(List.of(fromCsv.messages(), fromCsv.withReactions()))
                .isEqualTo(List.of(fromJson.messages(), fromJson.withReactions()));
        assertThat(fromCsv.dropped()).doesNotContainKey("bot").containsEntry("system message", 77L);
        assertThat(fromJson.dropped()).containsEntry("bot", 371L).containsEntry("system message", 77L);
    }

    private static void assertSame(List<Conversation> actual, List<Conversation> expected) {
        assertThat(expected.size()).isGreaterThan(50);
        assertThat(actual.size()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            if (!actual.get(i).equals(expected.get(i))) {
                assertThat(actual.get(i)).as("sample " + i).isEqualTo(expected.get(i));
            }
        }
    }

    private Set<String> bots() throws IOException {
        Set<String> bots = new HashSet<>();
        for (Path file : json) {
            for (JsonNode message : new ObjectMapper().readTree(file.toFile()).get("messages")) {
                JsonNode author = message.get("author");
                if (author.get("isBot").asBoolean()) {
                    bots.add(author.get("id").asText());
                }
            }
        }
        return bots;
    }

    private static String without(Set<String> authors, String csv) {
        Matcher row = ROW.matcher(csv);
        StringBuilder kept = new StringBuilder(csv.substring(0, csv.indexOf('\n') + 1));
        int at = kept.length();
        while (row.find(at)) {
            assertThat(row.start()).isEqualTo(at);
            at = row.end();
            if (!authors.contains(row.group(1))) {
                kept.append(row.group());
            }
        }
        assertThat(at).isEqualTo(csv.length());
        return kept.toString();
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(EXPORT)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
