package dev.kaiaku.cli;

import dev.kaiaku.bindings.CacheFolder;
import dev.kaiaku.bindings.CublasLt;
import dev.kaiaku.bindings.CudaPresets;
import dev.kaiaku.bindings.Kaiaku;
import dev.kaiaku.bindings.LlamaBinary;
import dev.kaiaku.bindings.NativeDevice;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.chat.engine.LlamaBuild;
import dev.kaiaku.dataset.KaiakuVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code doctor}: what works on this machine. */
@Command(
        name = "doctor",
        description = "Show versions and what works on this machine; include it when you ask for help.")
final class DoctorCommand implements Callable<Integer> {
    private final Console console;
    private boolean healthy = true;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        line("kaiaku-train", KaiakuVersion.current());
        line(
                "Java",
                System.getProperty("java.vm.name") + " " + Runtime.version() + ", up to "
                        + TrainingDisplay.bytes(Runtime.getRuntime().maxMemory()) + " of heap");
        line("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        line("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        line("memory", memory());
        checked("training", Kaiaku::buildInfo);
        checked("chat", () -> LlamaBinary.folder().toString());
        line(
                "libllama",
                LlamaBuild.library().map(Path::toString).orElse("not built; chat --engine libllama builds it"));
        gpus();
        line("cache", cache(CacheFolder.root()));
        line("pip", works("python3", "-m", "pip", "--version") ? "found" : "not found (some base models come by it)");
        return healthy ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void gpus() {
        List<NativeDevice> devices = List.of();
        String reason = "";
        try {
            devices = NativeDevice.list();
            if (devices.isEmpty()) {
                NativeDevice.get(0);
            }
        } catch (NativeException | LinkageError e) {
            reason = Failures.oneLine(e).replaceFirst("^device \\d+: ", "");
        }
        for (NativeDevice device : devices) {
            line(
                    "GPU cuda:" + device.index(),
                    gpu(
                                    device.name(),
                                    device.computeMajor(),
                                    device.computeMinor(),
                                    device.freeBytes(),
                                    device.totalBytes())
                            + (device.trains() ? "" : "; too old to train on, bf16 products need 8.0"));
        }
        if (devices.isEmpty()) {
            line("GPU", "none that trains: " + reason);
        }
        Optional<CudaPresets> presets = CudaPresets.read();
        boolean driver = CudaPresets.driverIsInstalled();
        line(
                "CUDA driver",
                presets.map(facts -> facts.driver() + ", up to CUDA " + facts.cuda())
                        .orElse(
                                driver
                                        ? "installed"
                                        : "none; a GPU of NVIDIA needs one (525 or newer for CUDA 12, 580 for 13)"));
        if (devices.isEmpty() && presets.isPresent()) {
            for (CudaPresets.Gpu gpu : presets.get().gpus()) {
                line(
                        "GPU, unused",
                        gpu(gpu.name(), gpu.computeMajor(), gpu.computeMinor(), gpu.freeBytes(), gpu.totalBytes()));
            }
        }
        line(
                "cuBLASLt",
                CublasLt.find()
                        .orElse(
                                driver
                                        ? "not found, so that slower products of our own are used; `pip install"
                                                + " nvidia-cublas` brings it, and KAIAKU_CUBLASLT names its file"
                                        : "not found, and of no use without a driver"));
    }

    private static String gpu(String name, int major, int minor, long free, long total) {
        return name + ", compute capability " + major + "." + minor + ", " + TrainingDisplay.bytes(free) + " of "
                + TrainingDisplay.bytes(total) + " free";
    }

    private void checked(String what, Supplier<String> check) {
        try {
            line(what, check.get());
        } catch (NativeException | LinkageError e) {
            healthy = false;
            line(what, "does not work: " + Failures.oneLine(e));
        }
    }

    private void line(String what, String state) {
        console.out().printf("%-13s %s%n", what, state);
    }

    private static String memory() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            return TrainingDisplay.bytes(system.getTotalMemorySize()) + ", "
                    + TrainingDisplay.bytes(system.getFreeMemorySize()) + " free";
        }
        return "unknown";
    }

    private static String cache(Path folder) {
        @Nullable Path existing = folder;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            return existing == null || !Files.isWritable(existing)
                    ? folder + " cannot be written; KAIAKU_CACHE names another folder"
                    : folder + ", "
                            + TrainingDisplay.bytes(Files.getFileStore(existing).getUsableSpace()) + " free";
        } catch (IOException e) {
            return folder + " (" + e.getMessage() + ")";
        }
    }

    private static boolean works(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
