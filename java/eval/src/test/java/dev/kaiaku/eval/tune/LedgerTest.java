package dev.kaiaku.eval.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsNotedIsNotMeasuredAgain() throws IOException {
        Rung rung = new Rung(new Arm(ContextRule.SESSION, 5e-4, 16), 0.25, 20, 0.8125);
        try (Ledger ledger = Ledger.open(folder)) {
            assertThat(ledger.once("first", Rung.class, () -> rung)).isEqualTo(rung);
            assertThat(ledger.once("lost", Double.class, () -> Double.NaN)).isNaN();
        }
        Path file = folder.resolve(Ledger.FILE);
        Files.writeString(file, Files.readString(file) + "{\"key\":\"half a li");
        try (Ledger ledger = Ledger.open(folder)) {
            Rung known = ledger.once("first", Rung.class, () -> {
                throw new IllegalStateException("measured again");
            });
            assertThat(known).isEqualTo(rung);
            assertThat(ledger.once("lost", Double.class, () -> 1.0)).isNaN();
            assertThat(ledger.once("next", Integer.class, () -> 7)).isEqualTo(7);
        }
        assertThat(Files.readAllLines(file)).hasSize(3).allMatch(line -> line.endsWith("}"));
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Files.writeString(folder.resolve(Ledger.FILE), "{\"key\":\"a\",\"seconds\":1,\"value\":2}\n{\"key\n");
        assertThatThrownBy(() -> Ledger.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(Ledger.FILE + " line 2");
    }
}
