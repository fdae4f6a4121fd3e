package dev.kaiaku.bindings;

import com.sun.jna.NativeLibrary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlMemory_t;

/**
 * What NVIDIA's libraries tell of this machine, through Bytedeco's presets: more than {@link NativeDevice} does, and of
 * GPUs that this build cannot use too. Nothing else touches those presets, whose classes cannot be loaded where the
 * driver or CUDA's run-time library is missing.
 *
 * @param driver its version
 * @param cuda the newest CUDA that it runs, such as {@code 13.0}
 */
public record CudaPresets(String driver, String cuda, List<Gpu> gpus) {
    private static final int TEXT = 96;

    /** A GPU in NVIDIA's own order, which is that of the bus. */
    public record Gpu(String name, int computeMajor, int computeMinor, long totalBytes, long freeBytes) {}

    public CudaPresets {
        gpus = List.copyOf(gpus);
    }

    /** Whether an NVIDIA driver is installed. */
    public static boolean driverIsInstalled() {
        try (NativeLibrary driver = NativeLibrary.getInstance("libcuda.so.1")) {
            return driver.getFile() != null || driver.getName() != null;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** What there is to tell; empty where the presets cannot work here. */
    public static Optional<CudaPresets> read() {
        if (!driverIsInstalled()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ask());
        } catch (LinkageError | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static CudaPresets ask() {
        check(nvml.nvmlInit_v2());
        try {
            byte[] driver = new byte[TEXT];
            int[] cuda = new int[1];
            int[] count = new int[1];
            check(nvml.nvmlSystemGetDriverVersion(driver, driver.length));
            check(nvml.nvmlSystemGetCudaDriverVersion_v2(cuda));
            check(nvml.nvmlDeviceGetCount_v2(count));
            List<Gpu> gpus = new ArrayList<>();
            for (int index = 0; index < count[0]; index++) {
                gpus.add(gpu(index));
            }
            return new CudaPresets(text(driver), cuda[0] / 1000 + "." + cuda[0] % 1000 / 10, gpus);
        } finally {
            nvml.nvmlShutdown();
        }
    }

    private static Gpu gpu(int index) {
        byte[] name = new byte[TEXT];
        int[] major = new int[1];
        int[] minor = new int[1];
        try (nvmlDevice_st device = new nvmlDevice_st();
                nvmlMemory_t memory = new nvmlMemory_t()) {
            check(nvml.nvmlDeviceGetHandleByIndex_v2(index, device));
            check(nvml.nvmlDeviceGetName(device, name, name.length));
            check(nvml.nvmlDeviceGetMemoryInfo(device, memory));
            check(nvml.nvmlDeviceGetCudaComputeCapability(device, major, minor));
            return new Gpu(text(name), major[0], minor[0], memory.total(), memory._free());
        }
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("NVML status " + status);
        }
    }

    private static String text(byte[] zeroEnded) {
        String text = new String(zeroEnded, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
