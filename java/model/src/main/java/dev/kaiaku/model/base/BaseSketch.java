package dev.kaiaku.model.base;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.architecture.GgufConfig;
import dev.kaiaku.model.architecture.HuggingFaceConfig;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What plans need to know of a base; its weights are not looked at, and need not be there.
 *
 * @param matrixBytes that its matrices take as its file has them; as bf16 where that is not known
 * @param path where all of the base seems to be, null where it is not on this machine
 */
public record BaseSketch(
        String name,
        ModelConfig config,
        long matrixBytes,
        @Nullable Path path) {
    /** A base of which only sizes are known. */
    public static BaseSketch of(String name, ModelConfig config) {
        return new BaseSketch(name, config, 2 * config.parameters(), null);
    }

    /**
     * Reads the {@code config.json} of a directory, or one by itself, or the head of a GGUF file.
     *
     * @throws BadInputException where it is none of them, or not of a kind that can be trained
     */
    public static BaseSketch read(Path path) {
        @Nullable Path fileName = path.toAbsolutePath().normalize().getFileName();
        String name = fileName == null ? path.toString() : fileName.toString();
        if (Files.isDirectory(path)) {
            BaseSketch sketch = of(name, HuggingFaceConfig.read(path.resolve("config.json")));
            boolean whole = Files.exists(path.resolve("tokenizer.json"));
            return new BaseSketch(name, sketch.config, sketch.matrixBytes, whole ? path : null);
        }
        if (name.endsWith(".json")) {
            return of(name, HuggingFaceConfig.read(path));
        }
        try (GgufFile file = GgufFile.open(path)) {
            long matrices = file.tensors().values().stream()
                    .filter(tensor -> tensor.shape().size() == 2)
                    .mapToLong(GgufTensor::bytes)
                    .sum();
            return new BaseSketch(name.replaceAll("(?i)\\.gguf$", ""), GgufConfig.read(file), matrices, path);
        }
    }
}
