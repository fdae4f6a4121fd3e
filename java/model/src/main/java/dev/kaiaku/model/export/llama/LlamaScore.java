package dev.kaiaku.model.export.llama;

import java.util.Arrays;

/**
 * How surprised a file was by the targets of some samples.
 *
 * @param nll sum of -log p over the targets of each sample, in nats
 * @param targets number of targets in all
 */
public record LlamaScore(double[] nll, long targets) {

    /** Mean -log p of a target token. */
    public double nllPerTarget() {
        return targets == 0 ? 0 : Arrays.stream(nll).sum() / targets;
    }
}
