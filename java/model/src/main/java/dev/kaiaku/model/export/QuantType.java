package dev.kaiaku.model.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the matrices of an exported file are stored as; vectors are always F32. */
public enum QuantType {
    F32(0, TensorType.F32),
    F16(1, TensorType.F16),
    Q8_0(7, TensorType.Q8_0);

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

    /** The type of a matrix with rows of {@code columns} values: F16 where they don't fill whole blocks. */
    TensorType matrixType(long columns) {
        return columns % matrices.blockSize() == 0 ? matrices : TensorType.F16;
    }
}
