package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.llama.LlamaScore;
import dev.kaiaku.model.export.llama.LlamaScorer;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.model.safetensors.SafetensorsFile;
import dev.kaiaku.model.safetensors.SafetensorsTensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported files run by llama.cpp against what transformers and PEFT computed. */
class GoldenExportTest {
    private static final float TOLERANCE = 2e-3f;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama3-rope", "mistral", "qwen2", "gemma3"})
    void llamaCppComputesTheLogitsOfTheBase(String name) {
        Golden golden = Golden.open(name);
        Path file = export(golden, null, QuantType.F32, 1);

        assertThat(Differences.largest(golden.logits(file), golden.floats("base_logits")))
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama3-rope", "mistral", "qwen2", "gemma3"})
    void llamaCppComputesTheLogitsOfTheMergedModel(String name) {
        Golden golden = Golden.open(name);
        Path file = export(golden, golden.trained(), QuantType.F32, 1);

        assertThat(Differences.largest(golden.logits(file), golden.floats("merged_logits")))
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "qwen2"})
    void everyTypeScoresAboutTheSameInAProcessOfItsOwn(String name) {
        Golden golden = Golden.open(name);
        double expected = golden.nll();

        for (QuantType type : QuantType.values()) {
            Path file = export(golden, golden.adapter(), type, 1);
            LlamaScore score = LlamaScorer.score(file, golden.samples(), Progress.NONE);
            double tolerance = switch (type) {
                case F32 -> 1e-4;
                case F16 -> 2e-3;
                case BF16, Q8_0, Q6_K -> 3e-2;
                default -> 0.15;
            };
            assertThat(score.nllPerTarget()).as(type.name()).isCloseTo(expected, within(tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied"})
    void strengthScalesTheChange(String name) {
        Golden golden = Golden.open(name);
        float[] none = golden.logits(export(golden, golden.adapter(), QuantType.F32, 0));
        float[] half = golden.logits(export(golden, golden.adapter(), QuantType.F32, 0.5));

        assertThat(Differences.largest(none, golden.floats("base_logits"))).isLessThan(TOLERANCE);
        assertThat(Differences.largest(half, golden.floats("base_logits"))).isGreaterThan(TOLERANCE);
        assertThat(Differences.largest(half, golden.floats("logits"))).isGreaterThan(TOLERANCE);
    }

    private Path export(Golden golden, @Nullable LoraAdapter adapter, QuantType type, double strength) {
        Path out = folder.resolve(type + "-" + strength + ".gguf");
        try (BaseModel base = BaseModels.open(golden.path())) {
            PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
            GgufExport.write(new MergedModel(base, adapter, strength), persona, type, out, Progress.NONE);
        }
        return out;
    }

    /** One folder of reference data: a model, an adapter, and what was computed with them. */
    private record Golden(Path path) {
        static Golden open(String name) {
            String shared = System.getProperty("kaiaku.shared", "");
            assumeTrue(!shared.isEmpty(), "kaiaku.shared is not set");
            return new Golden(Path.of(shared, "golden", name));
        }

        LoraAdapter adapter() {
            return PeftAdapter.read(path.resolve("adapter"));
        }

        /** The adapter after ten steps. */
        LoraAdapter trained() {
            LoraAdapter first = adapter();
            SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
            first.matrices().forEach((linear, lora) -> {
                float[] a = floats("final.base_model.model." + linear + ".lora_A.weight");
                float[] b = floats("final.base_model.model." + linear + ".lora_B.weight");
                matrices.put(linear, new LoraMatrix(lora.rank(), lora.in(), lora.out(), a, b));
            });
            return new LoraAdapter(first.rank(), first.alpha(), first.rankStabilised(), matrices);
        }

        float[] floats(String name) {
            try (SafetensorsFile file = SafetensorsFile.open(path.resolve("reference.safetensors"))) {
                return file.floats(name);
            }
        }

        /** Whole numbers, whichever type the file has them in. */
        int[] integers(String name) {
            try (SafetensorsFile file = SafetensorsFile.open(path.resolve("reference.safetensors"))) {
                SafetensorsTensor tensor = file.tensor(name);
                ByteBuffer bytes = file.read(tensor);
                int[] values = new int[Math.toIntExact(tensor.shape().get(0))];
                for (int i = 0; i < values.length; i++) {
                    values[i] = switch (tensor.dtype().bytes()) {
                        case 1 -> bytes.get(i);
                        case 4 -> bytes.getInt(i * 4);
                        default -> (int) bytes.getLong(i * 8);
                    };
                }
                return values;
            }
        }

        List<EncodedConversation> samples() {
            int[] tokens = integers("tokens");
            int[] learn = integers("learn");
            int[] offsets = integers("offsets");
            List<EncodedConversation> samples = new ArrayList<>();
            for (int s = 0; s + 1 < offsets.length; s++) {
                int length = offsets[s + 1] - offsets[s];
                boolean[] targets = new boolean[length];
                for (int i = 0; i < length; i++) {
                    targets[i] = learn[offsets[s] + i] != 0;
                }
                samples.add(new EncodedConversation(Arrays.copyOfRange(tokens, offsets[s], offsets[s + 1]), targets));
            }
            return samples;
        }

        /** Mean NLL of the targets with the adapter. */
        double nll() {
            float[] nll = floats("token_nll");
            int[] learn = integers("learn");
            int[] offsets = integers("offsets");
            double sum = 0;
            int count = 0;
            for (int i = 0; i < nll.length; i++) {
                int at = i;
                if (learn[i] != 0 && Arrays.stream(offsets).noneMatch(offset -> offset == at)) {
                    sum += nll[i];
                    count++;
                }
            }
            return sum / count;
        }

        /** Logits [T, V] of every token, the sequences side by side in one batch. */
        float[] logits(Path gguf) {
            List<EncodedConversation> samples = samples();
            int[] tokens = integers("tokens");
            int[] positions = new int[tokens.length];
            int[] sequences = new int[tokens.length];
            int at = 0;
            for (int s = 0; s < samples.size(); s++) {
                for (int i = 0; i < samples.get(s).tokens().length; i++, at++) {
                    positions[at] = i;
                    sequences[at] = s;
                }
            }
            boolean[] wanted = new boolean[tokens.length];
            Arrays.fill(wanted, true);
            try (LlamaFile file = LlamaFile.open(gguf, 256, 256, 8, 2)) {
                file.decode(tokens, positions, sequences, wanted);
                float[] row = new float[file.vocabSize()];
                float[] all = new float[tokens.length * row.length];
                for (int i = 0; i < tokens.length; i++) {
                    file.logits(i, row);
                    System.arraycopy(row, 0, all, i * row.length, row.length);
                }
                return all;
            }
        }
    }
}
