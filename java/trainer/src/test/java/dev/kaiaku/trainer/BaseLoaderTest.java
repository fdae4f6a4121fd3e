package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BaseLoaderTest {
    private static final byte[] NAN_OF_BF16 = {(byte) 0xc0, 0x7f};

    @TempDir
    Path folder;

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
}
