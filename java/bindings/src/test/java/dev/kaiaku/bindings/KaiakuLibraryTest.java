package dev.kaiaku.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.kaiaku.bindings.NativeException.Status;
import dev.kaiaku.bindings.NativeTrainer.State;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KaiakuLibraryTest {
    private static final NativeModelConfig CONFIG = NativeModelConfig.builder()
            .layers(1)
            .hiddenSize(16)
            .intermediateSize(24)
            .heads(2)
            .kvHeads(1)
            .headDim(8)
            .vocabSize(11)
            .tiedEmbeddings(true)
            .rmsNormEps(1e-5f)
            .build();
    private static final NativeTrainerOptions OPTIONS =
            NativeTrainerOptions.builder(2, 127, 32).threads(1).scaling(2).build();

    private static ByteBuffer floats(int count, float value) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i * Float.BYTES, value * (i % 7 - 3));
        }
        return bytes;
    }

    private static void set(NativeModel model, String name, long rows, long columns) {
        List<Long> shape =
                name.endsWith("_proj.weight") || name.contains("embed") ? List.of(rows, columns) : List.of(columns);
        model.setRows(name, 0, shape, 0, rows, floats((int) (rows * columns), 0.1f));
    }

    private static NativeModel model() {
        NativeModel model = NativeModel.create(CONFIG);
        set(model, "rope.inv_freq", 1, 4);
        set(model, "model.embed_tokens.weight", 11, 16);
        String layer = "model.layers.0.";
        set(model, layer + "input_layernorm.weight", 1, 16);
        set(model, layer + "post_attention_layernorm.weight", 1, 16);
        set(model, layer + "self_attn.q_proj.weight", 16, 16);
        set(model, layer + "self_attn.k_proj.weight", 8, 16);
        set(model, layer + "self_attn.v_proj.weight", 8, 16);
        set(model, layer + "self_attn.o_proj.weight", 16, 16);
        set(model, layer + "mlp.gate_proj.weight", 24, 16);
        set(model, layer + "mlp.up_proj.weight", 24, 16);
        set(model, layer + "mlp.down_proj.weight", 16, 24);
        set(model, "model.norm.weight", 1, 16);
        return model;
    }

    @Test
    void structsAreAsLargeAsInC() {
        KaiakuLibrary library = Kaiaku.library();
        PointerByReference model = new PointerByReference();
        Kaiaku.check(library.kaiaku_model_create(CONFIG.toStruct(), model));
        library.kaiaku_model_free(model.getValue());
        Kaiaku.check(library.kaiaku_plan_memory(CONFIG.toStruct(), OPTIONS.toStruct(), new KaiakuLibrary.Memory()));
        IntByReference count = new IntByReference();
        Kaiaku.check(library.kaiaku_device_count(count));
        if (count.getValue() == 0) {
            // The size is looked at first, so that this tells of a device and not of a size.
            assertThat(Status.of(library.kaiaku_device_get(0, new KaiakuLibrary.DeviceInfo())))
                    .isEqualTo(Status.UNSUPPORTED);
        }
    }

    @Test
    void aStructOfAnotherSizeIsRefused() {
        KaiakuLibrary.ModelConfig config = CONFIG.toStruct();
        config.struct_size -= 4;
        assertThatThrownBy(() -> Kaiaku.check(Kaiaku.library().kaiaku_model_create(config, new PointerByReference())))
                .hasMessageContaining("struct_size");
        KaiakuLibrary.Memory memory = new KaiakuLibrary.Memory();
        memory.struct_size += 8;
        assertThatThrownBy(() -> Kaiaku.check(
                        Kaiaku.library().kaiaku_plan_memory(CONFIG.toStruct(), OPTIONS.toStruct(), memory)))
                .hasMessageContaining("struct_size");
    }

    @Test
    void buildInfoIsOneLine() {
        assertThat(Kaiaku.buildInfo()).isNotBlank().doesNotContain("\n");
    }

    @Test
    void aTrainerComputesThroughTheFacade() {
        NativeBatch batch = new NativeBatch(new int[] {1, 2, 3, 4, 5}, new byte[] {0, 1, 1, 0, 1}, new int[] {0, 3, 5});
        try (NativeModel model = model()) {
            model.seal();
            assertThat(model.memory()).isPositive();
            try (NativeTrainer trainer = NativeTrainer.create(model, OPTIONS)) {
                float[] a = new float[2 * 16];
                a[4] = 0.25f;
                trainer.setTensor(State.WEIGHT, "model.layers.0.self_attn.q_proj.lora_A.weight", a);
                float[] copy = new float[a.length];
                trainer.getTensor(State.WEIGHT, "model.layers.0.self_attn.q_proj.lora_A.weight", copy);
                assertThat(copy).isEqualTo(a);

                NativeLoss loss = trainer.accumulate(batch);
                assertThat(loss.targets()).isEqualTo(3);
                float sum = 0;
                for (float nll : trainer.evaluate(batch, true)) {
                    sum += nll;
                }
                assertThat(loss.sum()).isCloseTo(sum, within(1e-4));
                assertThat(trainer.update(1e-3f)).isPositive();
                assertThat(trainer.step()).isEqualTo(1);
                trainer.setStep(9);
                assertThat(trainer.step()).isEqualTo(9);
                assertThat(trainer.logits(batch, true)).hasSize(5 * 11);
                assertThat(trainer.hidden(batch, false, 0)).hasSize(5 * 16);
                assertThat(trainer.memory().total())
                        .isEqualTo(NativeMemory.plan(CONFIG, OPTIONS).total());
            }
        }
    }

    @Test
    void aDecoderContinuesAsTheTrainerPredicts() {
        int[] tokens = {1, 2, 3, 4, 5};
        NativeBatch batch = new NativeBatch(tokens, new byte[5], new int[] {0, 5});
        try (NativeModel model = model()) {
            model.seal();
            try (NativeTrainer trainer = NativeTrainer.create(model, OPTIONS)) {
                float[] a = new float[2 * 16];
                float[] b = new float[16 * 2];
                Arrays.fill(a, 0.25f);
                Arrays.fill(b, 0.5f);
                trainer.setTensor(State.WEIGHT, "model.layers.0.self_attn.o_proj.lora_A.weight", a);
                trainer.setTensor(State.WEIGHT, "model.layers.0.self_attn.o_proj.lora_B.weight", b);
                NativeDecoder.Options options = new NativeDecoder.Options(2, 5, 1, NativeCompute.F32);
                for (boolean useAdapter : new boolean[] {true, false}) {
                    float[] expected = trainer.logits(batch, useAdapter);
                    try (NativeDecoder decoder = NativeDecoder.create(model, useAdapter ? trainer : null, options)) {
                        assertThat(decoder.memory()).isPositive();
                        float[] prompt = decoder.prefill(0, new int[] {1, 2, 3});
                        assertLogits(prompt, 0, expected, 2);
                        decoder.fork(0, 1, 2);
                        assertLogits(decoder.prefill(1, 2, new int[] {3}), 0, expected, 2);
                        float[] both = decoder.step(new int[] {1, 0}, new int[] {4, 4});
                        assertLogits(both, 0, expected, 3);
                        assertLogits(both, 1, expected, 3);
                        assertLogits(decoder.step(new int[] {1}, new int[] {5}), 0, expected, 4);
                        assertThatThrownBy(() -> decoder.step(new int[] {1}, new int[] {5}))
                                .hasMessageContaining("full");
                    }
                }
            }
        }
    }

    private static void assertLogits(float[] actual, int row, float[] expected, int expectedRow) {
        for (int i = 0; i < 11; i++) {
            assertThat(actual[row * 11 + i]).isCloseTo(expected[expectedRow * 11 + i], within(1e-4f));
        }
    }

    @Test
    void squaresOfActivationsAreSummed() {
        NativeBatch batch = new NativeBatch(new int[] {1, 2, 3}, new byte[3], new int[] {0, 3});
        try (NativeModel model = model()) {
            model.seal();
            try (NativeTrainer trainer = NativeTrainer.create(model, OPTIONS)) {
                float[] sums = new float[16];
                String linear = "model.layers.0.self_attn.q_proj";
                assertThatThrownBy(() -> trainer.squares(linear, sums))
                        .isInstanceOfSatisfying(
                                NativeException.class,
                                e -> assertThat(e.status()).isEqualTo(Status.WRONG_ORDER));
                trainer.collectSquares(true);
                trainer.evaluate(batch, false);
                assertThat(trainer.squares(linear, sums)).isEqualTo(3);
                assertThat(sums[0]).isPositive();
                trainer.collectSquares(false);
            }
        }
    }

    @Test
    void errorsCarryTheirStatusAndTheNameOfTheCulprit() {
        try (NativeModel model = NativeModel.create(CONFIG)) {
            assertThatThrownBy(() -> set(model, "model.layers.7.mlp.up_proj.weight", 24, 16))
                    .isInstanceOfSatisfying(
                            NativeException.class, e -> assertThat(e.status()).isEqualTo(Status.INVALID_ARGUMENT))
                    .hasMessageContaining("model.layers.7.mlp.up_proj.weight");
            assertThatThrownBy(() -> set(model, "não existe", 1, 16)).hasMessageContaining("não existe");
            assertThatThrownBy(model::seal).hasMessageContaining("model.embed_tokens.weight");
            assertThatThrownBy(() -> NativeTrainer.create(model, OPTIONS))
                    .isInstanceOfSatisfying(
                            NativeException.class, e -> assertThat(e.status()).isEqualTo(Status.WRONG_ORDER));
        }
    }

    @Test
    void closedHandlesAreNotUsed() {
        NativeModel model = model();
        model.seal();
        NativeTrainer trainer = NativeTrainer.create(model, OPTIONS);
        NativeDecoder decoder =
                NativeDecoder.create(model, trainer, new NativeDecoder.Options(1, 4, 1, NativeCompute.F32));
        decoder.close();
        decoder.close();
        trainer.close();
        trainer.close();
        model.close();
        model.close();
        assertThatThrownBy(decoder::memory).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(trainer::step).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(model::memory).isInstanceOf(IllegalStateException.class);
        Kaiaku.library().kaiaku_model_free((Pointer) null);
        Kaiaku.library().kaiaku_trainer_free((Pointer) null);
        Kaiaku.library().kaiaku_decoder_free((Pointer) null);
    }

    @Test
    void aNotANumberInAWeightIsRefused() {
        try (NativeModel model = NativeModel.create(CONFIG)) {
            assertThatThrownBy(() -> model.setRows("model.norm.weight", 0, List.of(16L), 0, 1, floats(16, Float.NaN)))
                    .isInstanceOfSatisfying(
                            NativeException.class, e -> assertThat(e.status()).isEqualTo(Status.NOT_FINITE));
        }
    }

    @Test
    void mergeAddsTheLowRankChangeFromBuffersOfEveryKind() {
        float[] b = {99, 1, 2, 3};
        float[] a = {10, 20};
        ByteBuffer heap = ByteBuffer.allocate(4 + 3 * 2 * 4).order(ByteOrder.nativeOrder());
        for (int i = 0; i < 6; i++) {
            heap.putFloat(4 + 4 * i, i);
        }
        heap.position(4);
        ByteBuffer direct = ByteBuffer.allocateDirect(heap.capacity()).order(ByteOrder.nativeOrder());
        direct.put(heap.duplicate().rewind()).position(4);
        FloatBuffer directValues =
                ByteBuffer.allocateDirect(7 * 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
        FloatBuffer heapValues = FloatBuffer.allocate(7);

        for (ByteBuffer data : List.of(heap, direct)) {
            for (FloatBuffer values : List.of(directValues, heapValues)) {
                values.put(new float[7]).position(1);
                MergeRows.merge(0, data, 3, 2, FloatBuffer.wrap(b, 1, 3), FloatBuffer.wrap(a), 1, 0.5f, values);
                float[] got = new float[7];
                values.rewind().get(got).rewind();
                assertThat(got).containsExactly(0, 5, 11, 12, 23, 19, 35);
            }
        }
        assertThat(heap.position()).isEqualTo(4);
    }

    /** Rows of two blocks of zeros, whose values are zeros of either sign; one byte less is refused. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 4",
        "1, 1, 2",
        "30, 1, 2",
        "2, 32, 18",
        "3, 32, 20",
        "6, 32, 22",
        "7, 32, 24",
        "8, 32, 34",
        "12, 256, 144",
        "13, 256, 176",
        "14, 256, 210"
    })
    void rowsOfEveryTypeAreAsLongAsTheirBlocks(int type, int blockValues, int blockBytes) {
        int columns = 2 * blockValues;
        FloatBuffer values = FloatBuffer.allocate(columns);
        Arrays.fill(values.array(), 1);
        MergeRows.convert(type, ByteBuffer.allocate(2 * blockBytes), 1, columns, values);
        assertThat(values.array()).usingComparatorWithPrecision(0f).containsOnly(0);
        assertThatThrownBy(() -> MergeRows.convert(type, ByteBuffer.allocate(2 * blockBytes - 1), 1, columns, values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too few");
    }

    @Test
    void convertReadsHalvesAndBlocks() {
        FloatBuffer values = FloatBuffer.allocate(32);
        // A Q8_0 block: an f16 scale of 0.5 and 32 signed bytes.
        ByteBuffer block =
                ByteBuffer.allocate(34).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) 0x3800);
        for (int i = 0; i < 32; i++) {
            block.put(2 + i, (byte) (i - 16));
        }
        MergeRows.convert(8, block, 1, 32, values);
        assertThat(values.get(0)).isEqualTo(-8);
        assertThat(values.get(31)).isEqualTo(7.5f);
        ByteBuffer bf16 = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort(2, (short) 0x4049);
        MergeRows.convert(30, bf16, 1, 2, values);
        assertThat(values.get(1)).isEqualTo(3.140625f);
    }

    @Test
    void mergeRefusesBuffersThatAreTooSmall() {
        ByteBuffer rows = ByteBuffer.allocate(16);
        assertThatThrownBy(() -> MergeRows.convert(0, rows, 2, 4, FloatBuffer.allocate(8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MergeRows.convert(0, rows, 1, 4, FloatBuffer.allocate(3)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MergeRows.convert(77, rows, 1, 4, FloatBuffer.allocate(4)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
