package dev.kaiaku.model.base;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens base models. */
public final class BaseModels {
    private BaseModels() {}

    /**
     * Opens a Hugging Face directory or a GGUF file and checks all of it but the values of the weights.
     *
     * @throws BadInputException where it is neither, or not of a kind that can be trained
     */
    public static BaseModel open(Path directoryOrGguf) {
        if (Files.isDirectory(directoryOrGguf)) {
            return HuggingFaceBase.open(directoryOrGguf);
        }
        if (!Files.isRegularFile(directoryOrGguf)) {
            throw new BadInputException(directoryOrGguf + ": no such file or directory");
        }
        if (directoryOrGguf.toString().endsWith(".safetensors")) {
            throw new BadInputException(
                    directoryOrGguf + ": give the directory, which holds config.json and tokenizer.json too");
        }
        return GgufBase.open(directoryOrGguf);
    }
}
