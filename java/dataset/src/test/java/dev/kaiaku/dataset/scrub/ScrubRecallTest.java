package dev.kaiaku.dataset.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ScrubRecallTest {
    @Test
    void findsWhatWasPlantedByHand() throws IOException {
        List<Planted> lines;
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("planted-first.txt"))) {
            lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Planted::parse)
                    .toList();
        }
        Planted.Score score = Planted.Score.of(lines);
        print("by hand", score);
        assertThat(score.recall()).as(score.wrong().toString()).isGreaterThanOrEqualTo(0.98);
        assertThat(score.precision()).as(score.wrong().toString()).isGreaterThanOrEqualTo(0.97);
    }

    @Test
    void findsWhatWasMadeUpAfterItsRules() {
        PlantedChat chat = new PlantedChat(20261124);
        List<Planted> lines = new ArrayList<>(chat.positives(40));
        lines.addAll(chat.lookAlikes(480));
        Planted.Score score = Planted.Score.of(lines);
        print("by a generator", score);
        assertThat(score.recall()).as(score.wrong().toString()).isGreaterThanOrEqualTo(0.98);
        assertThat(score.precision()).as(score.wrong().toString()).isGreaterThanOrEqualTo(0.97);
        assertThat(score.byType()).hasSize(12);
    }

    private static void print(String name, Planted.Score score) {
        System.out.printf(
                Locale.ROOT,
                "scrub, planted %s: %d look-alikes, recall %.4f (%d of %d), precision %.4f (%d of %d)%n",
                name,
                score.lookAlikes(),
                score.recall(),
                score.found(),
                score.planted(),
                score.precision(),
                score.right(),
                score.findings());
    }
}
