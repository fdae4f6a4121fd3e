package dev.kaiaku.eval.coherence;

import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Words;
import java.util.ArrayList;
import java.util.List;

/** What a reply repeats word by word of what it answers: a parrot makes sense by other measures. */
public final class Echo {
    private static final int CONTEXT_LINES = 10;

    private Echo() {}

    /** Words in the longest run that a reply and one of the last lines before it share. */
    public static int longest(Reply reply, List<Line> context) {
        List<String> words = Words.of(reply.text());
        int longest = 0;
        for (Line line : context.subList(Math.max(0, context.size() - CONTEXT_LINES), context.size())) {
            longest = Math.max(longest, longest(words, Words.of(line.text())));
        }
        return longest;
    }

    /** Of each reply under its own context. */
    public static double[] real(List<Reply> replies) {
        return replies.stream()
                .mapToDouble(reply -> longest(reply, reply.context()))
                .toArray();
    }

    /** Of each reply under the context of the next one: what chance gives. */
    public static double[] shuffled(List<Reply> replies) {
        List<Double> runs = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            Reply other = replies.get((i + 1) % replies.size());
            runs.add((double) longest(replies.get(i), other.context()));
        }
        return runs.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** By dynamic programming: {@code ends[j]} is the run that ends at a and at b's j-th word. */
    private static int longest(List<String> a, List<String> b) {
        int longest = 0;
        int[] ends = new int[b.size() + 1];
        for (String word : a) {
            for (int j = b.size(); j >= 1; j--) {
                ends[j] = word.equals(b.get(j - 1)) ? ends[j - 1] + 1 : 0;
                longest = Math.max(longest, ends[j]);
            }
        }
        return longest;
    }
}
