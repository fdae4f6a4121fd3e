package dev.kaiaku.eval.coherence;

import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Words;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Whether replies belong to what they answer: the share of a reply's words, weighted by how rare they are, that
 * its last ten lines of context hold too. Compared with the same replies under contexts of other ones. Immutable.
 */
public final class Coherence {
    private static final int CONTEXT_LINES = 10;

    private final Map<String, Double> idf = new HashMap<>();
    private final double rarest;

    /** Learns how rare words are from every message of the training part. */
    public Coherence(EvalData data) {
        Map<String, Integer> documents = new HashMap<>();
        int n = 0;
        for (Reply reply : data.learned()) {
            for (String message : reply.messages()) {
                count(message, documents);
                n++;
            }
        }
        for (Line line : data.others()) {
            count(line.text(), documents);
            n++;
        }
        double total = n;
        documents.forEach((word, count) -> idf.put(word, Math.log((1 + total) / (1 + count))));
        rarest = Math.log(1 + total);
    }

    /** Score of each reply under its own context, 0 to 1. */
    public double[] real(List<Reply> replies) {
        return replies.stream()
                .mapToDouble(reply -> score(reply.text(), reply.context()))
                .toArray();
    }

    /** Score of each reply under the context of another one. */
    public double[] shuffled(List<Reply> replies, long seed) {
        int[] other = derangement(replies.size(), new Random(seed));
        double[] scores = new double[replies.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(replies.get(i).text(), replies.get(other[i]).context());
        }
        return scores;
    }

    double score(String reply, List<Line> context) {
        Set<String> known = new HashSet<>();
        for (Line line : context.subList(Math.max(0, context.size() - CONTEXT_LINES), context.size())) {
            known.addAll(Words.of(line.text()));
        }
        double all = 0;
        double found = 0;
        for (String word : Words.of(reply)) {
            double weight = idf.getOrDefault(word, rarest);
            all += weight;
            found += known.contains(word) ? weight : 0;
        }
        return all == 0 ? 0 : found / all;
    }

    /** A permutation that leaves nothing in its place (Sattolo's); n of 1 has none and stays. */
    private static int[] derangement(int n, Random random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    private static void count(String message, Map<String, Integer> documents) {
        for (String word : new HashSet<>(Words.of(message))) {
            documents.merge(word, 1, Integer::sum);
        }
    }
}
