package dev.kaiaku.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GgmlTest {
    private static final int F16 = 1;
    private static final int Q8_0 = 8;

    @Test
    void halfPrecisionRoundsToNearestEven() {
        float[] values = {1f, -2f, 0f, 65504f, 1f + 1f / 2048, 1f + 3f / 2048, 0x1p-24f, 1f / 3};
        ByteBuffer out = bytes(2 * values.length);

        assertThat(Ggml.quantize(F16, floats(values), 2, 4, null, out)).isEqualTo(2L * values.length);

        short[] halves = new short[values.length];
        out.asShortBuffer().get(halves);
        assertThat(halves).containsExactly(0x3c00, 0xc000, 0x0000, 0x7bff, 0x3c00, 0x3c02, 0x0001, 0x3555);
    }

    @Test
    void everyRowIsQuantisedInItsPlace() {
        int rows = 1500;
        int columns = 576;
        float[] values = new float[rows * columns];
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        ByteBuffer out = bytes(rows * columns / 32 * 34);

        assertThat(Ggml.quantize(Q8_0, floats(values), rows, columns, null, out))
                .isEqualTo(out.capacity());

        for (int block = 0; block < values.length / 32; block++) {
            float largest = 0;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(values[block * 32 + i]));
            }
            for (int i = 0; i < 32; i++) {
                float value = largest / 127 * out.get(block * 34 + 2 + i);
                assertThat(value).isCloseTo(values[block * 32 + i], within(largest / 250));
            }
        }
    }

    @Test
    void buffersThatAreTooSmallOrOnTheHeapAreRefused() {
        FloatBuffer values = floats(new float[64]);

        assertThatThrownBy(() -> Ggml.quantize(F16, values, 3, 32, null, bytes(192)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Ggml.quantize(F16, values, 2, 32, null, bytes(127)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Ggml.quantize(F16, values, 2, 32, null, ByteBuffer.allocate(128)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static FloatBuffer floats(float[] values) {
        return bytes(4 * values.length).asFloatBuffer().put(values);
    }

    private static ByteBuffer bytes(int n) {
        return ByteBuffer.allocateDirect(n).order(ByteOrder.nativeOrder());
    }
}
