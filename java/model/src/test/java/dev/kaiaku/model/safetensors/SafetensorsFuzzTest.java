package dev.kaiaku.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.FuzzedFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Any bytes are a file that can be read, or are refused in one line. What is wrong with the inputs in the resources is in
 * their names; {@code JAZZER_FUZZ=1 mvn -pl java/model -am test -Dtest=SafetensorsFuzzTest} tries ten million more.
 */
class SafetensorsFuzzTest {
    private static FuzzedFile file;

    @BeforeAll
    static void create() {
        file = FuzzedFile.create(".safetensors");
    }

    @AfterAll
    static void delete() {
        file.delete();
    }

    @FuzzTest(maxDuration = "24h", maxExecutions = 10_000_000)
    void bytes(byte[] bytes) {
        try (SafetensorsFile opened = SafetensorsFile.open(file.with(bytes))) {
            opened.tensors().values().forEach(tensor -> {
                assertThat(opened.read(tensor).remaining()).isEqualTo((int) tensor.bytes());
            });
        } catch (BadInputException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }
}
