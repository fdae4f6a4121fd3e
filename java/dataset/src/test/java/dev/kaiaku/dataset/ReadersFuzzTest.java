package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kaiaku.dataset.clean.Cleaning;
import dev.kaiaku.dataset.csv.PlainCsv;
import dev.kaiaku.dataset.discord.DiscordCsv;
import dev.kaiaku.dataset.discord.DiscordHtml;
import dev.kaiaku.dataset.discord.DiscordJson;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.json.MessagesJsonl;
import dev.kaiaku.dataset.telegram.Telegram;
import dev.kaiaku.dataset.whatsapp.WhatsApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Any bytes are an export that can be read, or are refused in one line. What is odd in the inputs in the resources is in
 * their names; {@code JAZZER_FUZZ=1 mvn -pl java/dataset -am test -Dtest='ReadersFuzzTest#discordCsv'} tries ten million
 * more of one format.
 */
class ReadersFuzzTest {
    private static final int RUNS = 10_000_000;
    /** An archive unpacks to more than its own size. */
    private static final int MOST_TEXT = 1 << 26;

    private static Path file;

    @BeforeAll
    static void create() throws IOException {
        file = Files.createTempFile("fuzzed", ".export");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void discordCsv(byte[] bytes) throws IOException {
        read(bytes, bad -> new DiscordCsv(List.of(file), bad, new StringPool()));
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void discordJson(byte[] bytes) throws IOException {
        read(bytes, bad -> new DiscordJson(bad, new StringPool()));
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void discordHtml(byte[] bytes) throws IOException {
        read(bytes, bad -> new DiscordHtml(bad, new StringPool()));
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void whatsApp(byte[] bytes) throws IOException {
        read(bytes, WhatsApp::new);
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void telegram(byte[] bytes) throws IOException {
        read(bytes, bad -> new Telegram(bad, new StringPool()));
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void messages(byte[] bytes) throws IOException {
        read(bytes, bad -> new MessagesJsonl(bad, new StringPool()));
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = RUNS)
    void plainCsv(byte[] bytes) throws IOException {
        read(bytes, bad -> new PlainCsv(List.of(file), null, bad, new StringPool()));
    }

    private static void read(byte[] bytes, Function<BadRows, ExportReader> reader) throws IOException {
        Files.write(file, bytes);
        BadRows bad = new BadRows();
        Cleaning cleaning = new Cleaning(true, true);
        long[] length = {0};
        try {
            reader.apply(bad).read(file, "geral", position -> {}, message -> {
                length[0] += message.text().length();
                check(cleaning.clean(message));
                check(cleaning.cleanName(message.author()));
            });
        } catch (BadInputException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
        assertThat(length[0]).isLessThan(MOST_TEXT);
        assertThat(bad.first()).allMatch(problem -> problem.indexOf('\n') < 0);
        assertThat(bad.warnings()).allMatch(warning -> warning.indexOf('\n') < 0);
    }

    /** What is kept is text that a file can hold, without what nobody sees. */
    private static void check(String text) {
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
        assertThat(text.indexOf('\0')).isNegative();
        assertThat(text.indexOf('\u202E')).isNegative();
    }
}
