package dev.kaiaku.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CublasLtTest {
    @TempDir
    Path folder;

    @Test
    void theFileThatTheUserNamesIsTheOnlyOneThatCounts() throws IOException {
        Path file = Files.createFile(folder.resolve("mine.so"));
        assertThat(CublasLt.find(Map.of("KAIAKU_CUBLASLT", file.toString()))).contains(file.toString());
        assertThat(CublasLt.find(
                        Map.of("KAIAKU_CUBLASLT", folder.resolve("absent.so").toString())))
                .isEmpty();
    }

    @Test
    void wheelsOfAnEnvironmentAreLookedInto() throws IOException {
        Path lib = Files.createDirectories(folder.resolve("lib/python3.11/site-packages/nvidia/cu13/lib"));
        Files.createFile(lib.resolve("libcublasLt.so.13"));
        // Where the system has one, that comes first.
        assertThat(CublasLt.find(Map.of("VIRTUAL_ENV", folder.toString())))
                .hasValueSatisfying(path -> assertThat(path).endsWith("libcublasLt.so.13"));
    }

    @Test
    void withoutADriverThePresetsAreNotTouched() {
        if (!CudaPresets.driverIsInstalled()) {
            assertThat(CudaPresets.read()).isEmpty();
            assertThat(NativeDevice.list()).isEmpty();
        }
    }
}
