package dev.kaiaku.model.architecture;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The model families that can be trained. */
public enum Architecture {
    /** Llama 2 and 3, SmolLM2, Mistral. */
    LLAMA(new Llama()),
    /** Qwen 1.5, 2 and 2.5. */
    QWEN2(new Qwen2()),
    /** Qwen 3. */
    QWEN3(new Qwen3()),
    /** Gemma 3, its text models. */
    GEMMA3(new Gemma3());

    @SuppressWarnings("ImmutableEnumChecker")
    private final Family family;

    Architecture(Family family) {
        this.family = family;
    }

    /** {@code general.architecture} of a GGUF file, and the prefix of its keys. */
    public String ggufName() {
        return family.ggufName();
    }

    /**
     * What Hugging Face checkpoints leave out of norm weights: 1 for families that multiply by one plus the stored
     * weight. {@code BaseModel} adds it, and GGUF files have it added too.
     */
    public float normOffset() {
        return family.normOffset();
    }

    /** The features that models of this family and these sizes have. */
    public Features usualFeatures(int hidden, int layers, int headDim) {
        return family.usual(hidden, layers, headDim);
    }

    Family family() {
        return family;
    }

    /** The family with an entry of {@code architectures}, or a {@code model_type}, of config.json, or null. */
    static @Nullable Architecture ofHuggingFace(String name) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.family.huggingFaceNames().contains(name))
                .findFirst()
                .orElse(null);
    }

    /** The family with a {@code general.architecture}, or null. */
    static @Nullable Architecture ofGguf(String name) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.ggufName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** What is supported, for messages. */
    public static String supported() {
        return "supported are "
                + Arrays.stream(values())
                        .map(architecture -> architecture.ggufName() + " (" + architecture.family.models() + ")")
                        .collect(Collectors.joining(", "));
    }
}
