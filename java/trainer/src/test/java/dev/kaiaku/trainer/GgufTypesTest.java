package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantised GGUF bases, kept in their own blocks, against llama.cpp on the same file. */
class GgufTypesTest {
    private static final int TOKENS = 96;
    /** llama.cpp rounds activations to 8 bits where weights are in blocks, to the type itself where they are not. */
    private static final double TOLERANCE = 0.03;

    @TempDir
    Path folder;

    private BaseModel source;

    @BeforeEach
    void makeBase() {
        TinySpec spec = TinySpec.defaults(Architecture.LLAMA).withSizes(256, 2, 768, 4, 2);
        TinyBase.write(folder.resolve("base"), spec);
        source = BaseModels.open(folder.resolve("base"));
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"})
    void logitsAreThoseOfLlamaCpp(TensorType type) {
        Path file = folder.resolve("model.gguf");
        QuantisedFile.write(source, type, true, file);

        assertThat(distance(ours(file), llamaCpp(file))).isLessThan(TOLERANCE);
    }

    @Test
    void rowsOfQAndKInTheWrongOrderAreSeen() {
        Path right = folder.resolve("right.gguf");
        Path wrong = folder.resolve("wrong.gguf");
        QuantisedFile.write(source, TensorType.Q8_0, true, right);
        QuantisedFile.write(source, TensorType.Q8_0, false, wrong);

        assertThat(distance(ours(wrong), llamaCpp(wrong))).isLessThan(TOLERANCE);
        assertThat(distance(ours(right), llamaCpp(wrong))).isGreaterThan(2 * TOLERANCE);
        assertThat(distance(ours(wrong), llamaCpp(right))).isGreaterThan(2 * TOLERANCE);
    }

    @AfterEach
    void closeBase() {
        source.close();
    }

    private static int[] tokens() {
        return new Random(5).ints(TOKENS, 3, 300).toArray();
    }

    private static float[] ours(Path file) {
        try (BaseModel base = BaseModels.open(file);
                NativeModel model = BaseLoader.load(base, WeightsForm.FILE, Device.CPU, Progress.NONE);
                NativeTrainer trainer = NativeTrainer.create(
                        model,
                        NativeTrainerOptions.builder(1, LoraTarget.bits(EnumSet.allOf(LoraTarget.class)), TOKENS)
                                .build())) {
            byte[] learn = new byte[TOKENS];
            Arrays.fill(learn, (byte) 1);
            return trainer.logits(new NativeBatch(tokens(), learn, new int[] {0, TOKENS}), false);
        }
    }

    private static float[] llamaCpp(Path file) {
        try (LlamaFile llama = LlamaFile.open(file, 256, 256, 1, 1)) {
            boolean[] wanted = new boolean[TOKENS];
            Arrays.fill(wanted, true);
            llama.decode(tokens(), IntStream.range(0, TOKENS).toArray(), new int[TOKENS], wanted);
            float[] row = new float[llama.vocabSize()];
            float[] all = new float[TOKENS * row.length];
            for (int i = 0; i < TOKENS; i++) {
                llama.logits(i, row);
                System.arraycopy(row, 0, all, i * row.length, row.length);
            }
            return all;
        }
    }

    /** Root mean square of the difference, relative to that of the second. */
    private static double distance(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < actual.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
