package dev.kaiaku.model.architecture;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What must hold of a configuration that came from a file. */
final class ConfigCheck {
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_HEADS = 1 << 12;
    private static final int MAX_HEAD_DIM = 256;
    private static final int HEAD_DIM_STEP = 8;
    private static final int MAX_VOCABULARY = 1 << 22;

    private final Path file;

    private ConfigCheck(Path file) {
        this.file = file;
    }

    static ModelConfig check(ModelConfig config, Path file) {
        ConfigCheck check = new ConfigCheck(file);
        layers(config.layers(), file);
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
        if (config.headDim() % HEAD_DIM_STEP != 0) {
            throw check.bad("the head dimension " + config.headDim() + " is not supported, only multiples of "
                    + HEAD_DIM_STEP + " up to " + MAX_HEAD_DIM);
        }
        if (!(config.rmsNormEps() > 0 && config.rmsNormEps() < 1)) {
            throw check.bad("the epsilon of the norms is " + config.rmsNormEps());
        }
        check.rope(config.rope(), config.headDim());
        check.features(config);
        return config;
    }

    /** Checked before anything is made for each layer. */
    static void layers(int layers, Path file) {
        new ConfigCheck(file).range("number of layers", layers, MAX_LAYERS);
    }

    private void features(ModelConfig config) {
        float scale = config.features().attentionScale();
        if (!(scale > 0 && Float.isFinite(scale))) {
            throw bad("the attention is scaled by " + scale);
        }
        @Nullable LocalAttention local = config.features().local();
        if (local != null) {
            range("sliding window", local.window(), Integer.MAX_VALUE);
            rope(local.rope(), config.headDim());
        }
    }

    private void rope(Rope rope, int headDim) {
        double theta = rope.theta();
        if (!(theta > 0 && Double.isFinite(theta))) {
            throw bad("the base frequency of rope is " + theta);
        }
        for (double divisor : rope.divisors(headDim)) {
            if (!(divisor > 0 && Double.isFinite(divisor))) {
                throw bad("the scaling of rope divides a frequency by " + divisor);
            }
        }
    }

    /** An architecture that cannot be trained. */
    static BadInputException unsupported(Path file, String architecture) {
        return new BadInputException(
                file + ": architecture " + architecture + " is not supported; " + Architecture.supported());
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
