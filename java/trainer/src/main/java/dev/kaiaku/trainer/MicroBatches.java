package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Packs whole examples into batches for one native call each. */
final class MicroBatches {
    private MicroBatches() {}

    /**
     * Batches of at most {@code maxTokens} tokens that hold every example once; longest first, each into the first
     * batch with room.
     */
    static List<NativeBatch> pack(List<Example> examples, int maxTokens) {
        List<List<Example>> bins = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        List<Example> longestFirst = examples.stream()
                .sorted(Comparator.comparingInt(Example::length).reversed())
                .toList();
        int firstOpen = 0;
        int shortest = longestFirst.isEmpty()
                ? 0
                : longestFirst.get(longestFirst.size() - 1).length();
        for (Example example : longestFirst) {
            if (example.length() > maxTokens) {
                throw new IllegalArgumentException(example.length() + " tokens do not fit into " + maxTokens);
            }
            while (firstOpen < bins.size() && room.get(firstOpen) < shortest) {
                firstOpen++;
            }
            int bin = firstOpen;
            while (bin < bins.size() && room.get(bin) < example.length()) {
                bin++;
            }
            if (bin == bins.size()) {
                bins.add(new ArrayList<>());
                room.add(maxTokens);
            }
            bins.get(bin).add(example);
            room.set(bin, room.get(bin) - example.length());
        }
        return bins.stream().map(MicroBatches::concatenate).toList();
    }

    private static NativeBatch concatenate(List<Example> examples) {
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
