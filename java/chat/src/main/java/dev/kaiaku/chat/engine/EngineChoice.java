package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.libllama.Libllama;
import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Picks the engine for a file, and says why.
 *
 * @param architecture {@code general.architecture} of the file
 * @param preTokenizer {@code tokenizer.ggml.pre} of the file, empty where it has none
 * @param types ggml's names of the types of its tensors
 * @param weights of all its tensors
 */
public record EngineChoice(Path gguf, String architecture, String preTokenizer, Set<String> types, long weights) {
    /** What llama.cpp b4916 knows of what {@code kaiaku-train export} can write. */
    private static final Set<String> OLD_ARCHITECTURES = Set.of("llama", "qwen2", "gemma", "gemma2", "gemma3", "phi3");

    private static final Set<String> OLD_PRE_TOKENIZERS = Set.of(
            "", "default", "llama3", "llama-v3", "llama-bpe", "gpt-2", "qwen2", "deepseek-r1-qwen", "smollm", "tekken");

    /** An engine and the reason for it. */
    public record Opened(Engine engine, String reason) implements AutoCloseable {
        @Override
        public void close() {
            engine.close();
        }
    }

    /**
     * Opens the file.
     *
     * @param contextTokens of one slot
     * @throws BadInputException where the engine that was asked for, or any, cannot run it
     */
    public Opened open(int contextTokens, EngineOptions options) {
        Optional<String> lack = lackOfJavaLlama(options);
        return switch (options.kind()) {
            case JAVA_LLAMA -> {
                lack.ifPresent(reason -> {
                    throw new BadInputException(gguf + ": java-llama.cpp cannot run it: " + reason
                            + "; --engine libllama can, if llama.cpp of today does");
                });
                yield javaLlama(contextTokens, options, "asked for");
            }
            case LIBLLAMA ->
                libllama(library(options).orElseThrow(() -> notBuilt("")), contextTokens, options, "asked for");
            case AUTO -> automatic(lack, contextTokens, options);
        };
    }

    private Opened automatic(Optional<String> lack, int contextTokens, EngineOptions options) {
        Optional<Path> library = library(options);
        if (lack.isPresent()) {
            Path found = library.orElseThrow(() -> notBuilt("java-llama.cpp cannot run it, " + lack.get() + ", and "));
            return libllama(found, contextTokens, options, "java-llama.cpp cannot, " + lack.get());
        }
        if (options.adapter() != null && library.isPresent()) {
            return libllama(
                    library.get(), contextTokens, options, "the strength of an adapter can change while it runs");
        }
        return javaLlama(contextTokens, options, "knows " + architecture + ", and nothing to build");
    }

    /** Why java-llama.cpp will not do; empty where it will. */
    private Optional<String> lackOfJavaLlama(EngineOptions options) {
        if (!OLD_ARCHITECTURES.contains(architecture)) {
            return Optional.of("it does not know the architecture " + architecture);
        }
        if (!OLD_PRE_TOKENIZERS.contains(preTokenizer)) {
            return Optional.of("it does not know the pre-tokeniser " + preTokenizer);
        }
        if (options.adapter() != null && types.contains("Q4_0")) {
            return Optional.of("it applies adapters wrongly to Q4_0 matrices, which it rearranges");
        }
        if (options.gpuLayers() > 0) {
            return Optional.of("it has no GPU");
        }
        if (options.library() != null) {
            return Optional.of("a libllama was given");
        }
        return Optional.empty();
    }

    private static Optional<Path> library(EngineOptions options) {
        return options.library() == null ? LlamaBuild.library() : Optional.of(options.library());
    }

    private BadInputException notBuilt(String before) {
        return new BadInputException(gguf + ": " + before + "libllama is not built yet; kaiaku-train chat --engine"
                + " libllama builds it once, or --engine-lib names one of release " + Libllama.RELEASE);
    }

    private Opened javaLlama(int contextTokens, EngineOptions options, String reason) {
        return new Opened(JavaLlamaEngine.open(gguf, contextTokens, weights, options), reason);
    }

    private Opened libllama(Path library, int contextTokens, EngineOptions options, String reason) {
        return new Opened(LibllamaEngine.open(library, gguf, contextTokens, weights, options), reason);
    }
}
