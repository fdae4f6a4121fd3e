package dev.kaiaku.model.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule that cuts text into pieces before byte-level BPE merges inside them.
 *
 * @param names llama.cpp's; the first is the one to write into {@code tokenizer.ggml.pre}
 * @param ignoreMerges a piece that is a token as a whole is taken as it is, whatever the merges would make of it
 * @param regexes patterns of the Hugging Face library, applied one after the other; matches and what lies between
 *     them become pieces
 */
record PreTokenizer(List<String> names, boolean ignoreMerges, List<String> regexes) {
    static final String DIGIT = "\\p{N}";
    static final String GPT_2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN2 = words("");
    private static final String LLAMA_3 = words("{1,3}");
    private static final String TEKKEN =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final List<PreTokenizer> ALL = List.of(
            new PreTokenizer(List.of("gpt-2"), false, List.of(GPT_2)),
            new PreTokenizer(List.of("smollm"), false, List.of(DIGIT, GPT_2)),
            new PreTokenizer(List.of("qwen2", "deepseek-r1-qwen", "megrez"), false, List.of(QWEN2)),
            new PreTokenizer(List.of("llama-bpe", "llama3", "llama-v3", "falcon3"), true, List.of(LLAMA_3)),
            new PreTokenizer(List.of("tekken"), true, List.of(TEKKEN)),
            new PreTokenizer(
                    List.of("default"),
                    false,
                    List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT_2, "\\p{N}+", "[0-9][0-9][0-9]")));

    private static String words(String digits) {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    /** The name to write into {@code tokenizer.ggml.pre}. */
    String ggufName() {
        return names.get(0);
    }

    /** What llama.cpp does where a file does not say: sequences begin with the beginning-of-sequence token. */
    boolean addsBos() {
        return ignoreMerges;
    }

    static @Nullable PreTokenizer ofGgufName(String name) {
        return ALL.stream().filter(pre -> pre.names.contains(name)).findFirst().orElse(null);
    }

    static @Nullable PreTokenizer ofRegexes(List<String> regexes) {
        return ALL.stream()
                .filter(pre -> pre.regexes.equals(regexes))
                .findFirst()
                .orElse(null);
    }
}
