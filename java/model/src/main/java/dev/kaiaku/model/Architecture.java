package dev.kaiaku.model;

/** The model families that can be trained; ids are those of kaiaku.h. */
public enum Architecture {
    /** Llama 3, SmolLM2, Mistral without a sliding window. */
    LLAMA(0, "llama"),
    /** Qwen 1.5, 2 and 2.5: biases on q, k and v. */
    QWEN2(1, "qwen2");

    private final int id;
    private final String ggufName;

    Architecture(int id, String ggufName) {
        this.id = id;
        this.ggufName = ggufName;
    }

    /** {@code KAIAKU_ARCH_*}. */
    public int id() {
        return id;
    }

    /** {@code general.architecture} of a GGUF file, and the prefix of its keys. */
    public String ggufName() {
        return ggufName;
    }
}
