package dev.kaiaku.model.base;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.ModelConfig;
import java.nio.file.Path;
import java.util.Locale;

/** What must hold of a configuration that came from a file. */
final class ConfigCheck {
    static final String SUPPORTED = "supported are llama (Llama 3, SmolLM2, Mistral without a sliding window)"
            + " and qwen2 (Qwen 1.5, 2, 2.5)";

    private static final int MAX_LAYERS = 1024;
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_HEADS = 1 << 12;
    private static final int MAX_HEAD_DIM = 1 << 10;
    private static final int MAX_VOCABULARY = 1 << 22;

    private final Path file;

    private ConfigCheck(Path file) {
        this.file = file;
    }

    static ModelConfig check(ModelConfig config, Path file) {
        ConfigCheck check = new ConfigCheck(file);
        check.range("number of layers", config.layers(), MAX_LAYERS);
        check.range("hidden size", config.hiddenSize(), MAX_SIZE);
        check.range("feed-forward size", config.intermediateSize(), MAX_SIZE);
        check.range("number of heads", config.heads(), MAX_HEADS);
        check.range("number of key/value heads", config.kvHeads(), MAX_HEADS);
        check.range("head dimension", config.headDim(), MAX_HEAD_DIM);
        check.range("vocabulary size", config.vocabSize(), MAX_VOCABULARY);
        check.range("context length", config.contextLength(), Integer.MAX_VALUE);
        if (config.heads() % config.kvHeads() != 0) {
            throw check.bad(config.heads() + " heads cannot share " + config.kvHeads() + " key/value heads");
        }
        if (config.headDim() % 2 != 0) {
            throw check.bad("the head dimension " + config.headDim() + " is odd");
        }
        if (!(config.rmsNormEps() > 0 && config.rmsNormEps() < 1)) {
            throw check.bad("the epsilon of the norms is " + config.rmsNormEps());
        }
        check.rope(config);
        return config;
    }

    private void rope(ModelConfig config) {
        double theta = config.rope().theta();
        if (!(theta > 0 && Double.isFinite(theta))) {
            throw bad("the base frequency of rope is " + theta);
        }
        for (double divisor : config.rope().divisors(config.headDim())) {
            if (!(divisor > 0 && Double.isFinite(divisor))) {
                throw bad("the scaling of rope divides a frequency by " + divisor);
            }
        }
    }

    /** An architecture that cannot be trained. */
    static BadInputException unsupported(Path file, String architecture) {
        String lower = architecture.toLowerCase(Locale.ROOT);
        boolean later = lower.startsWith("qwen3") || lower.startsWith("gemma3");
        return new BadInputException(file + ": architecture " + architecture
                + (later ? " cannot be trained in this version; " : " is not supported; ") + SUPPORTED);
    }

    private void range(String what, int value, int max) {
        if (value < 1 || value > max) {
            throw bad("the " + what + " is " + value + ", expected 1 to " + max);
        }
    }

    private BadInputException bad(String what) {
        return new BadInputException(file + ": " + what);
    }
}
