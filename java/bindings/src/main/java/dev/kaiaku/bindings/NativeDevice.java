package dev.kaiaku.bindings;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A GPU that this build sees; {@code kaiaku_device_info}.
 *
 * @param index what {@link NativeModelConfig#device} calls it
 * @param computeMajor of its compute capability
 * @param freeBytes of its memory, this process's context taken off
 */
public record NativeDevice(
        int index, String name, int computeMajor, int computeMinor, long totalBytes, long freeBytes) {
    /** The oldest compute capability whose tensor cores multiply bf16. */
    private static final int LEAST_MAJOR = 8;

    /** The CPU's index. */
    public static final int CPU = -1;

    /** Whether models can be trained on it. */
    public boolean trains() {
        return computeMajor >= LEAST_MAJOR;
    }

    /** How many there are; 0 where there is none, or this build has no backend for them. */
    public static int count() {
        IntByReference count = new IntByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_device_count(count));
        return count.getValue();
    }

    /** Every GPU, in the order of their indices. */
    public static List<NativeDevice> list() {
        List<NativeDevice> devices = new ArrayList<>();
        for (int index = 0; index < count(); index++) {
            devices.add(get(index));
        }
        return devices;
    }

    /**
     * The facts of one GPU.
     *
     * @throws NativeException UNSUPPORTED with the reason where there is no such device
     */
    public static NativeDevice get(int index) {
        KaiakuLibrary.DeviceInfo info = new KaiakuLibrary.DeviceInfo();
        Kaiaku.check(Kaiaku.library().kaiaku_device_get(index, info));
        return new NativeDevice(
                index,
                Native.toString(info.name, StandardCharsets.UTF_8),
                info.compute_major,
                info.compute_minor,
                info.total_bytes,
                info.free_bytes);
    }
}
