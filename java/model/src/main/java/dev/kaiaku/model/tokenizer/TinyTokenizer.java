package dev.kaiaku.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Learns a small tokeniser: control tokens, the 256 bytes, and the most frequent pairs of a text. */
public final class TinyTokenizer {
    private static final Pattern WORD =
            Pattern.compile("\\p{N}| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private TinyTokenizer() {}

    /** A byte-level BPE for ChatML. */
    public static TokenizerData learn(String text, int merges) {
        return learn(text, merges, "smollm", List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"), null);
    }

    /**
     * A byte-level BPE whose merges are the most frequent pairs of the text; the same text gives the same tokeniser.
     *
     * @param merges how many to learn, fewer where the text has no more pairs
     * @param pre llama.cpp's name of the rule that cuts text before merging
     * @param controls control tokens: the first pads, the last ends a turn
     * @param begin the one of them that sequences begin with, null for none
     */
    public static TokenizerData learn(
            String text, int merges, String pre, List<String> controls, @Nullable String begin) {
        List<String> learned = merges(words(text), merges);
        List<String> tokens = new ArrayList<>(controls);
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf(ByteAlphabet.letter(b)));
        }
        learned.forEach(pair -> tokens.add(pair.replace(" ", "")));
        List<TokenType> types = new ArrayList<>();
        for (String token : tokens) {
            types.add(controls.contains(token) ? TokenType.CONTROL : TokenType.NORMAL);
        }
        @Nullable Integer bos = begin == null ? null : controls.indexOf(begin);
        return new TokenizerData(tokens, types, learned, pre, bos, controls.size() - 1, 0, null, bos != null);
    }

    /**
     * A SentencePiece tokeniser whose tokens come from the most frequent pairs of the text. Without control tokens
     * of its own it puts a space before a text, as Llama 2's does.
     *
     * @param merges how many to learn, fewer where the text has no more pairs
     * @param controls control tokens after those for padding, unknown characters and both ends of a sequence
     * @param end text of the token at the end of a sequence
     */
    public static TokenizerData learnPieces(String text, int merges, List<String> controls, String end) {
        List<String> tokens = new ArrayList<>(List.of("<pad>", end, "<bos>", "<unk>"));
        List<TokenType> types =
                new ArrayList<>(List.of(TokenType.CONTROL, TokenType.CONTROL, TokenType.CONTROL, TokenType.UNKNOWN));
        for (String control : controls) {
            tokens.add(control);
            types.add(TokenType.CONTROL);
        }
        for (int b = 0; b < 256; b++) {
            tokens.add(Pieces.byteToken(b));
            types.add(TokenType.BYTE);
        }
        Map<List<String>, Integer> words = characters(text);
        Set<String> normal = new LinkedHashSet<>(
                new TreeSet<>(words.keySet().stream().flatMap(List::stream).toList()));
        merges(words, merges).forEach(pair -> normal.add(pair.replace(" ", "")));
        List<Float> scores = new ArrayList<>(Collections.nCopies(tokens.size(), 0f));
        for (String token : normal) {
            tokens.add(token);
            types.add(TokenType.NORMAL);
            scores.add((float) -scores.size());
        }
        Pieces pieces = new Pieces(scores, controls.isEmpty());
        return new TokenizerData(tokens, types, List.of(), Pieces.PRE, 2, 1, 0, 3, true, pieces);
    }

    private static List<String> merges(Map<List<String>, Integer> words, int count) {
        List<String> learned = new ArrayList<>();
        Map<List<String>, Integer> left = words;
        while (learned.size() < count) {
            @Nullable String pair = mostFrequentPair(left);
            if (pair == null) {
                break;
            }
            learned.add(pair);
            left = merged(left, pair);
        }
        return learned;
    }

    /** How often each word occurs, the space before it included; a word is a list of characters. */
    private static Map<List<String>, Integer> characters(String text) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        for (String word : text.split("\\s+", -1)) {
            if (!word.isEmpty()) {
                words.merge(
                        (Pieces.SPACE + word)
                                .codePoints()
                                .mapToObj(Character::toString)
                                .toList(),
                        1,
                        Integer::sum);
            }
        }
        return words;
    }

    /** How often each word occurs; a word is a list of letters of {@link ByteAlphabet}. */
    private static Map<List<String>, Integer> words(String text) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.merge(Arrays.asList(ByteAlphabet.letters(matcher.group()).split("")), 1, Integer::sum);
        }
        return words;
    }

    /** The pair that occurs most often, the first by name among equals; null where no word has two parts. */
    private static @Nullable String mostFrequentPair(Map<List<String>, Integer> words) {
        Map<String, Integer> counts = new HashMap<>();
        words.forEach((word, count) -> {
            for (int i = 1; i < word.size(); i++) {
                counts.merge(word.get(i - 1) + " " + word.get(i), count, Integer::sum);
            }
        });
        @Nullable String best = null;
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            int bestCount = best == null ? 0 : counts.getOrDefault(best, 0);
            boolean first = best == null || entry.getKey().compareTo(best) < 0;
            if (entry.getValue() > bestCount || (entry.getValue() == bestCount && first)) {
                best = entry.getKey();
            }
        }
        return best;
    }

    private static Map<List<String>, Integer> merged(Map<List<String>, Integer> words, String pair) {
        String whole = pair.replace(" ", "");
        Map<List<String>, Integer> result = new LinkedHashMap<>();
        words.forEach((word, count) -> {
            List<String> parts = new ArrayList<>();
            for (String part : word) {
                int last = parts.size() - 1;
                if (last >= 0 && (parts.get(last) + " " + part).equals(pair)) {
                    parts.set(last, whole);
                } else {
                    parts.add(part);
                }
            }
            result.merge(parts, count, Integer::sum);
        });
        return result;
    }
}
