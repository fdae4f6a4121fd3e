package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.export.RandomAdapter;
import dev.kaiaku.model.gguf.GgufFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An adapter beside its base against the two merged, both run by llama.cpp. */
class GgufLoraTest {
    private static final int[] TOKENS = {1, 40, 77, 99, 12, 60, 61, 62, 5};

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"LLAMA, 1, false", "QWEN2, 1, false", "LLAMA, 0.5, true", "QWEN2, 2, true"})
    void besideTheBaseItComputesWhatTheMergedModelDoes(Architecture architecture, double strength, boolean stabilised) {
        try (BaseModel base = base(architecture)) {
            LoraAdapter drawn = RandomAdapter.of(base, 4, 0.1);
            LoraAdapter adapter = new LoraAdapter(4, drawn.alpha(), stabilised, drawn.matrices());
            Path plain = export(base, null, 1, "base.gguf");
            Path merged = export(base, adapter, strength, "merged.gguf");
            Path lora = folder.resolve("lora.gguf");
            GgufLora.write(base, adapter, persona(base), provenance(base, strength), QuantType.F32, lora);

            float[] expected = LlamaLogits.of(merged, null, TOKENS);
            assertThat(Differences.largest(LlamaLogits.of(plain, lora, TOKENS), expected))
                    .isLessThan(1e-3f);
            assertThat(Differences.largest(LlamaLogits.of(plain, null, TOKENS), expected))
                    .isGreaterThan(0.1f);
        }
    }

    @Test
    void theKeysSayWhatItIs() {
        try (BaseModel base = base(Architecture.LLAMA)) {
            LoraAdapter adapter = RandomAdapter.of(base, 4, 0.1);
            Path lora = folder.resolve("lora.gguf");
            GgufLora.write(base, adapter, persona(base), provenance(base, 0.5), QuantType.F16, lora);
            try (GgufFile file = GgufFile.open(lora)) {
                assertThat(file.metadata().string("general.type")).isEqualTo("adapter");
                assertThat(file.metadata().string("adapter.type")).isEqualTo("lora");
                assertThat(file.metadata().real("adapter.lora.alpha")).isEqualTo(4);
                assertThat(PersonaInfo.read(file.metadata()).name()).isEqualTo("ana");
                assertThat(file.tensor("blk.1.ffn_down.weight.lora_a").shape()).containsExactly(4L, 192L);
                assertThat(file.tensor("blk.1.ffn_down.weight.lora_b").shape()).containsExactly(64L, 4L);
            }
        }
    }

    @Test
    void anAdapterOfAnotherBaseIsRefused() {
        try (BaseModel base = base(Architecture.LLAMA)) {
            LoraAdapter adapter = RandomAdapter.of(base, 4, 0.1);
            TinyBase.write(
                    folder.resolve("other"),
                    TinySpec.defaults(Architecture.LLAMA).withSizes(32, 2, 96, 4, 2));
            try (BaseModel other = BaseModels.open(folder.resolve("other"))) {
                Path lora = folder.resolve("lora.gguf");
                assertThatThrownBy(() -> GgufLora.write(
                                other, adapter, persona(other), provenance(other, 1), QuantType.F32, lora))
                        .isInstanceOf(BadInputException.class);
                assertThat(lora).doesNotExist();
            }
        }
    }

    private BaseModel base(Architecture architecture) {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(architecture));
        return BaseModels.open(folder.resolve("base"));
    }

    private Path export(BaseModel base, @Nullable LoraAdapter adapter, double strength, String name) {
        Path out = folder.resolve(name);
        GgufExport.write(new MergedModel(base, adapter, strength), persona(base), QuantType.F32, out, Progress.NONE);
        return out;
    }

    private static PersonaInfo persona(BaseModel base) {
        return new PersonaInfo("ana", null, base.chatFormat());
    }

    private static Provenance provenance(BaseModel base, double strength) {
        return Provenance.of(base, null, null, strength);
    }
}
