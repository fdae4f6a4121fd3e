package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BaseLoaderTest {
    private static final byte[] NAN_OF_BF16 = {(byte) 0xc0, 0x7f};
    /** In f32, the largest. */
    private static final long ONE_TENSOR = 4L * 1024 * 4096;

    @TempDir
    static Path bases;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeBases() {
        TinySpec spec = TinySpec.defaults(Architecture.LLAMA);
        TinyBase.write(bases.resolve("small"), spec);
        TinyBase.write(bases.resolve("large"), spec.withSizes(1024, 4, 4096, 16, 8));
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aWeightThatIsNoNumberIsNamed(WeightsForm weights) throws IOException {
        TinyBase.write(folder, TinySpec.defaults(Architecture.LLAMA));
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
            file.seek(file.length() - NAN_OF_BF16.length);
            file.write(NAN_OF_BF16);
        }
        try (BaseModel base = BaseModels.open(folder)) {
            assertThatThrownBy(() -> BaseLoader.load(base, weights, Device.CPU, Progress.NONE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith(folder + ": model.")
                    .hasMessageContaining("NaN")
                    .hasMessageNotContaining("\n");
        }
    }

    /** A layer has 16 million values and a tensor 4 million at the most; a copy of the base would show. */
    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void loadingTakesNoMoreThanTheWeightsAndOneTensor(WeightsForm weights) throws Exception {
        assumeThat(FreeMemory.peakBytes())
                .as("this system tells what a process holds")
                .isPositive();
        // A heap that is there from the beginning is no part of what loading takes.
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LoadProgram.class.getName(),
                        bases.resolve("small").toString(),
                        bases.resolve("large").toString(),
                        weights.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] bytes = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split(" ", -1);
        assertThat(process.waitFor()).isZero();
        long taken = Long.parseLong(bytes[1]) - Long.parseLong(bytes[0]);
        long held = Long.parseLong(bytes[2]);
        assertThat(taken).isBetween(held / 2, held + ONE_TENSOR);
    }
}
