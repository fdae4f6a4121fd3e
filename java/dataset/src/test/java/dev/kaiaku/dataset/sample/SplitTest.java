package dev.kaiaku.dataset.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.store.MessageStore;
import dev.kaiaku.dataset.store.StoredChannel;
import dev.kaiaku.dataset.store.StoredText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SplitTest {
    private static final long MINUTE = 60_000_000_000L;

    @TempDir
    Path folder;

    /** A hundred sessions of a message each, ten minutes apart. */
    private List<Session> sessions() {
        StoredText text = new StoredText();
        text.add("oi", 0, 0);
        try (MessageStore store = MessageStore.in(folder)) {
            StoredChannel channel = store.channel("geral");
            for (int i = 0; i < 100; i++) {
                store.add(channel, 10L * i * MINUTE, 0, text.bytes(), 0, text.end(), 0);
            }
            store.seal();
            return Session.of(store, Duration.ofMinutes(5));
        }
    }

    @Test
    void leavesTimeBetweenTrainingAndValidation() {
        Split split = Split.of(sessions(), session -> 1, 0.1, Duration.ofMinutes(35));
        assertThat(split.validation())
                .extracting(Session::number)
                .containsExactly(91, 92, 93, 94, 95, 96, 97, 98, 99, 100);
        assertThat(split.between()).extracting(Session::number).containsExactlyInAnyOrder(88, 89, 90);
        assertThat(split.train()).hasSize(87);
    }

    @Test
    void sparesATwentiethForTheGapAtTheMost() {
        Split split = Split.of(sessions(), session -> 1, 0.1, Duration.ofDays(1));
        assertThat(split.between()).hasSize(4);
        assertThat(split.train()).hasSize(86);
        assertThat(Split.of(sessions(), session -> 1, 0.1, Duration.ZERO).between())
                .isEmpty();
    }

    @Test
    void holdsNothingOutWhereNothingIsAskedFor() {
        Split split = Split.of(sessions(), session -> 1, 0, Duration.ofDays(1));
        assertThat(split.train()).hasSize(100);
        assertThat(split.validation()).isEmpty();
        assertThat(split.between()).isEmpty();
    }
}
