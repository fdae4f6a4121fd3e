package dev.kaiaku.trainer.packing;

import dev.kaiaku.bindings.NativeBatch;
import java.util.ArrayList;
import java.util.List;

/** Batches for one native call each. */
public final class MicroBatches {
    private MicroBatches() {}

    /** Batches of at most {@code maxTokens} tokens that hold every example once and whole. */
    public static List<NativeBatch> pack(List<Example> examples, int maxTokens) {
        return Row.pack(examples, maxTokens).stream()
                .map(row -> concatenate(row.examples()))
                .toList();
    }

    /** The rows of an update in their order, as many at once as {@code maxTokens} allows. */
    public static List<NativeBatch> of(Update update, int maxTokens) {
        List<NativeBatch> batches = new ArrayList<>();
        List<Example> open = new ArrayList<>();
        int openTokens = 0;
        for (Row row : update.rows()) {
            if (!open.isEmpty() && openTokens + row.length() > maxTokens) {
                batches.add(concatenate(open));
                open.clear();
                openTokens = 0;
            }
            open.addAll(row.examples());
            openTokens += row.length();
        }
        batches.add(concatenate(open));
        return batches;
    }

    /** One batch of examples in their order. */
    public static NativeBatch concatenate(List<Example> examples) {
        int length = examples.stream().mapToInt(Example::length).sum();
        int[] tokens = new int[length];
        byte[] learn = new byte[length];
        int[] cuSeqlens = new int[examples.size() + 1];
        int position = 0;
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            System.arraycopy(example.tokens(), 0, tokens, position, example.length());
            System.arraycopy(example.learn(), 0, learn, position, example.length());
            position += example.length();
            cuSeqlens[i + 1] = position;
        }
        return new NativeBatch(tokens, learn, cuSeqlens);
    }
}
