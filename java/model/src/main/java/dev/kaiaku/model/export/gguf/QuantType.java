package dev.kaiaku.model.export.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the matrices of an exported file are stored as, by llama.cpp's names; vectors are always F32. Types with
 * {@code _M} and {@code _S} give some tensors more bits, see {@link QuantMix}.
 */
public enum QuantType {
    F32(0, TensorType.F32),
    F16(1, TensorType.F16),
    BF16(32, TensorType.BF16),
    Q8_0(7, TensorType.Q8_0),
    Q6_K(18, TensorType.Q6_K),
    Q5_K_M(17, TensorType.Q5_K),
    Q5_K_S(16, TensorType.Q5_K),
    Q4_K_M(15, TensorType.Q4_K),
    Q4_K_S(14, TensorType.Q4_K),
    Q4_0(2, TensorType.Q4_0),
    IQ4_NL(25, TensorType.IQ4_NL),
    Q3_K_M(12, TensorType.Q3_K);

    private final int fileType;
    private final TensorType matrices;

    QuantType(int fileType, TensorType matrices) {
        this.fileType = fileType;
        this.matrices = matrices;
    }

    /** The type of that name in any case; throws {@link BadInputException} where there is none. */
    public static QuantType byName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new BadInputException("unknown quantisation " + name + "; known are "
                        + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    /** {@code general.file_type}. */
    int fileType() {
        return fileType;
    }

    /** What most matrices are stored as. */
    public TensorType matrices() {
        return matrices;
    }

    /** Whether values are stored one by one, not in blocks that share a scale. */
    public boolean plain() {
        return matrices.blockSize() == 1;
    }
}
