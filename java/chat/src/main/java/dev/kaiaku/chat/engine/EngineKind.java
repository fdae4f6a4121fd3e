package dev.kaiaku.chat.engine;

/** Which llama.cpp runs a persona. */
public enum EngineKind {
    /** {@link #JAVA_LLAMA} where it knows the file and nothing was asked for that it lacks, else {@link #LIBLLAMA}. */
    AUTO,
    /** The library inside java-llama.cpp, of spring 2025: on the CPU, nothing to build. */
    JAVA_LLAMA,
    /** llama.cpp of today, built on this machine or given by the user: newer models, GPUs, live LoRA adapters. */
    LIBLLAMA
}
