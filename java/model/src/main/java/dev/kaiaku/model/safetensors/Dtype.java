package dev.kaiaku.model.safetensors;

import dev.kaiaku.model.TensorType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Types of values in safetensors files, under the names that the format gives them. */
public enum Dtype {
    BOOL(1, null),
    U8(1, null),
    I8(1, null),
    F8_E4M3(1, null),
    F8_E5M2(1, null),
    F8_E8M0(1, null),
    U16(2, null),
    I16(2, null),
    F16(2, TensorType.F16),
    BF16(2, TensorType.BF16),
    U32(4, null),
    I32(4, null),
    F32(4, TensorType.F32),
    U64(8, null),
    I64(8, null),
    F64(8, null),
    C64(8, null);

    private final int bytes;
    private final @Nullable TensorType type;

    Dtype(int bytes, @Nullable TensorType type) {
        this.bytes = bytes;
        this.type = type;
    }

    /** Bytes of one value. */
    public int bytes() {
        return bytes;
    }

    /** The same type where models may hold it, else null. */
    public @Nullable TensorType tensorType() {
        return type;
    }

    /** The next value of a little-endian buffer of a type that models may hold. */
    public float next(ByteBuffer values) {
        return switch (this) {
            case F32 -> values.getFloat();
            case BF16 -> Float.intBitsToFloat(values.getShort() << 16);
            case F16 -> half(values.getShort());
            default -> throw new IllegalArgumentException(this + " is not a type of weights");
        };
    }

    /** A half-precision number: 5 bits of exponent, 10 of fraction. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        float magnitude = switch (exponent) {
            case 0 -> Math.scalb((float) fraction, -24);
            case 0x1F -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Math.scalb(1 + fraction / 1024f, exponent - 15);
        };
        return bits < 0 ? -magnitude : magnitude;
    }

    static Dtype of(TensorType type) {
        return switch (type) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
            default -> throw new IllegalArgumentException("safetensors files hold no " + type);
        };
    }
}
