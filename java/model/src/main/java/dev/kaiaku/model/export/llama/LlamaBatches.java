package dev.kaiaku.model.export.llama;

import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.model.format.EncodedConversation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** Runs samples through llama.cpp, short ones together, long ones in pieces. */
final class LlamaBatches {
    private static final int BATCH_TOKENS = 512;
    private static final int BATCH_SEQUENCES = 64;

    private final LlamaFile file;

    /** @param file opened by {@link #open} for the same samples */
    LlamaBatches(LlamaFile file) {
        this.file = file;
    }

    static LlamaFile open(Path gguf, List<EncodedConversation> samples, int threads) {
        int longest = samples.stream()
                .mapToInt(sample -> sample.tokens().length)
                .max()
                .orElse(0);
        return LlamaFile.open(gguf, Math.max(BATCH_TOKENS, longest), BATCH_TOKENS, BATCH_SEQUENCES, threads);
    }

    /** Targets that can be scored: the first token of a sample has nothing before it. */
    static int targets(EncodedConversation sample) {
        return sample.targetCount() - (sample.targets().length > 0 && sample.targets()[0] ? 1 : 0);
    }

    /** Tells the summed NLL of the targets of each sample, in order. */
    void score(List<EncodedConversation> samples, DoubleConsumer out) {
        List<EncodedConversation> group = new ArrayList<>();
        int tokens = 0;
        for (EncodedConversation sample : samples) {
            if (!group.isEmpty()
                    && (tokens + sample.tokens().length > BATCH_TOKENS || group.size() == BATCH_SEQUENCES)) {
                scoreGroup(group, out);
                group.clear();
                tokens = 0;
            }
            group.add(sample);
            tokens += sample.tokens().length;
        }
        scoreGroup(group, out);
    }

    /** One token in its place: which sample, where in it, and the target that follows it. */
    private record Slot(int sample, int position, int token, int next) {
        static final int NONE = -1;
    }

    private void scoreGroup(List<EncodedConversation> group, DoubleConsumer out) {
        List<Slot> slots = new ArrayList<>();
        for (int s = 0; s < group.size(); s++) {
            int[] tokens = group.get(s).tokens();
            boolean[] targets = group.get(s).targets();
            for (int i = 0; i < tokens.length; i++) {
                boolean wanted = i + 1 < tokens.length && targets[i + 1];
                slots.add(new Slot(s, i, tokens[i], wanted ? tokens[i + 1] : Slot.NONE));
            }
        }
        double[] sums = new double[group.size()];
        file.clear();
        for (int from = 0; from < slots.size(); from += BATCH_TOKENS) {
            List<Slot> piece = slots.subList(from, Math.min(slots.size(), from + BATCH_TOKENS));
            double[] nll = decode(piece);
            for (int i = 0; i < nll.length; i++) {
                sums[piece.get(i).sample()] += nll[i];
            }
        }
        for (double sum : sums) {
            out.accept(sum);
        }
    }

    /** The NLL of the target after each slot, 0 where there is none. */
    private double[] decode(List<Slot> piece) {
        int n = piece.size();
        int[] tokens = new int[n];
        int[] positions = new int[n];
        int[] sequences = new int[n];
        boolean[] wanted = new boolean[n];
        for (int i = 0; i < n; i++) {
            Slot slot = piece.get(i);
            tokens[i] = slot.token();
            positions[i] = slot.position();
            sequences[i] = slot.sample();
            wanted[i] = slot.next() != Slot.NONE;
        }
        file.decode(tokens, positions, sequences, wanted);
        return IntStream.range(0, n)
                .parallel()
                .mapToDouble(i -> wanted[i] ? nll(i, piece.get(i).next()) : 0)
                .toArray();
    }

    private double nll(int index, int next) {
        float[] logits = new float[file.vocabSize()];
        synchronized (file) {
            file.logits(index, logits);
        }
        if (next < 0 || next >= logits.length) {
            throw new IllegalArgumentException("token " + next + " in a vocabulary of " + logits.length);
        }
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return Math.log(sum) + largest - logits[next];
    }
}
