package dev.kaiaku.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.architecture.ModelConfig;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final Catalogue catalogue = Catalogue.load();

    @Test
    void everyEntryCanBeFetchedAndSaysWhyItCannotBeTrained() {
        assertThat(catalogue.entries()).hasSizeGreaterThanOrEqualTo(11).allSatisfy(entry -> {
            assertThat(entry.sources()).isNotEmpty();
            assertThat(entry.parameters()).isPositive();
            assertThat(entry.trainable()).isEqualTo(entry.reason() == null);
            assertThat(entry.name()).isLowerCase();
        });
        assertThat(catalogue.entries()).extracting(CatalogueEntry::name).doesNotHaveDuplicates();
    }

    @Test
    void sizesAmountToTheParametersThatAreTold() {
        assertThat(catalogue.entries()).allSatisfy(entry -> {
            ModelConfig config = entry.sketch().config();
            assertThat(config.architecture().ggufName()).isEqualTo(entry.architecture());
            assertThat(config.parameters()).isEqualTo(entry.parameters());
        });
    }

    @Test
    void hashesAreSha256OrUnknown() {
        assertThat(catalogue.entries().stream().flatMap(entry -> entry.sources().stream()))
                .isNotEmpty()
                .allSatisfy(source -> {
                    if (source.sha256() != null) {
                        assertThat(source.sha256()).matches("[0-9a-f]{64}");
                    }
                });
    }

    @Test
    void namesAreFoundInAnyCaseAndNearestFirst() {
        assertThat(catalogue.find("SmolLM2-135M")).isPresent();
        assertThat(catalogue.find("nothing")).isEmpty();
        assertThat(catalogue.nearest("qwen2.5-7b", 1)).containsExactly("qwen2.5-7b-instruct");
    }
}
