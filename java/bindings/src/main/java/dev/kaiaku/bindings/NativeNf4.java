package dev.kaiaku.bindings;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A matrix of n values of a bitsandbytes 4-bit checkpoint; {@code kaiaku_nf4}. Every buffer counts from position to
 * limit.
 *
 * @param blockSize values that share an absmax
 * @param nestedBlockSize absmax values that share a nested absmax; 0: absmax is not nested
 * @param nestedOffset added to every absmax that is nested
 * @param quantMap [16] f32
 * @param packed [n/2] bytes
 * @param absmax [n/blockSize], bytes where nested, else f32
 * @param nestedAbsmax f32; null where not nested
 * @param nestedQuantMap [256] f32; null where not nested
 */
public record NativeNf4(
        int blockSize,
        int nestedBlockSize,
        float nestedOffset,
        ByteBuffer quantMap,
        ByteBuffer packed,
        ByteBuffer absmax,
        @Nullable ByteBuffer nestedAbsmax,
        @Nullable ByteBuffer nestedQuantMap) {

    /** Reads the buffers of this record, copied where they are not direct: keep it until the call has returned. */
    KaiakuLibrary.Nf4 toStruct() {
        KaiakuLibrary.Nf4 struct = new KaiakuLibrary.Nf4();
        struct.block_size = blockSize;
        struct.nested_block_size = nestedBlockSize;
        struct.nested_offset = nestedOffset;
        struct.quant_map = NativeModel.pointer(quantMap);
        struct.packed = NativeModel.pointer(packed);
        struct.absmax = NativeModel.pointer(absmax);
        struct.nested_absmax = nestedAbsmax == null ? null : NativeModel.pointer(nestedAbsmax);
        struct.nested_quant_map = nestedQuantMap == null ? null : NativeModel.pointer(nestedQuantMap);
        return struct;
    }
}
