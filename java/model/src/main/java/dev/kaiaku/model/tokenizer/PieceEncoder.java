package dev.kaiaku.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's BPE: characters merge into tokens, the pair that makes the token of the best score first, the
 * leftmost among equals; what is no token in the end is written as bytes.
 */
final class PieceEncoder implements TextEncoder {
    private static final int BYTES = 256;

    private final Map<String, Integer> ids = new HashMap<>();
    private final float[] scores;
    private final int[] byteIds;
    private final Pattern blanks;

    /** @param data checked to have a token for every byte */
    PieceEncoder(TokenizerData data, Pieces pieces) {
        List<String> tokens = data.tokens();
        this.scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            ids.put(tokens.get(id), id);
            scores[id] = pieces.scores().get(id);
        }
        this.byteIds = IntStream.range(0, BYTES)
                .map(b -> ids.getOrDefault(Pieces.byteToken(b), 0))
                .toArray();
        this.blanks = blanks(data);
    }

    /** Runs of white space that are tokens of the user-defined kind, taken before anything merges. */
    private static Pattern blanks(TokenizerData data) {
        String alternatives = IntStream.range(0, data.tokens().size())
                .filter(id -> data.types().get(id) == TokenType.USER_DEFINED)
                .mapToObj(id -> data.tokens().get(id))
                .filter(String::isBlank)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return Pattern.compile(alternatives.isEmpty() ? "(?!)" : alternatives);
    }

    @Override
    public int[] encode(String text) {
        Ids out = new Ids();
        Matcher matcher = blanks.matcher(text);
        int done = 0;
        while (matcher.find()) {
            merge(text.substring(done, matcher.start()), out);
            out.add(ids.getOrDefault(matcher.group(), 0));
            done = matcher.end();
        }
        merge(text.substring(done), out);
        return out.toArray();
    }

    /** Two neighbours that make a token. */
    private record Pair(int left, int right, int length, float score) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int best = Float.compare(other.score, score);
            return best != 0 ? best : Integer.compare(left, other.left);
        }
    }

    /** A text being merged: parts are linked, each with where it starts and how long it is. */
    private final class Parts {
        private final String text;
        private final int[] start;
        private final int[] length;
        private final int[] previous;
        private final int[] next;
        private final PriorityQueue<Pair> queue = new PriorityQueue<>();

        Parts(String text) {
            this.text = text;
            this.start = new int[text.codePointCount(0, text.length())];
            this.length = new int[start.length];
            this.previous = new int[start.length];
            this.next = new int[start.length];
            int at = 0;
            for (int i = 0; i < start.length; i++) {
                start[i] = at;
                length[i] = Character.charCount(text.codePointAt(at));
                previous[i] = i - 1;
                next[i] = i + 1 < start.length ? i + 1 : -1;
                at += length[i];
            }
            for (int i = 1; i < start.length; i++) {
                offer(i - 1, i);
            }
        }

        private void offer(int left, int right) {
            if (left < 0 || right < 0) {
                return;
            }
            int both = length[left] + length[right];
            @Nullable Integer id = ids.get(text.substring(start[left], start[left] + both));
            if (id != null) {
                queue.add(new Pair(left, right, both, scores[id]));
            }
        }

        void merge() {
            for (@Nullable Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
                int left = pair.left();
                int right = pair.right();
                // One of the two has merged with another since, or was taken up.
                if (length[left] == 0 || length[right] == 0 || length[left] + length[right] != pair.length()) {
                    continue;
                }
                length[left] += length[right];
                length[right] = 0;
                next[left] = next[right];
                if (next[right] >= 0) {
                    previous[next[right]] = left;
                }
                offer(previous[left], left);
                offer(left, next[left]);
            }
        }

        void write(Ids out) {
            for (int i = 0; i >= 0; i = next[i]) {
                String part = text.substring(start[i], start[i] + length[i]);
                @Nullable Integer id = ids.get(part);
                if (id != null) {
                    out.add(id);
                } else {
                    for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
                        out.add(byteIds[b & 0xFF]);
                    }
                }
            }
        }
    }

    private void merge(String text, Ids out) {
        if (!text.isEmpty()) {
            Parts parts = new Parts(text.replace(' ', Pieces.SPACE));
            parts.merge();
            parts.write(out);
        }
    }

    /** A growing array. */
    private static final class Ids {
        private int[] values = new int[32];
        private int count;

        void add(int id) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = id;
        }

        int[] toArray() {
            return Arrays.copyOf(values, count);
        }
    }

    @Override
    public void close() {}
}
