package dev.kaiaku.model.tokenizer;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tokeniser keys of a GGUF file. */
public final class GgufTokenizerReader {
    private static final String PREFIX = "tokenizer.ggml.";

    private GgufTokenizerReader() {}

    /**
     * The tokeniser of a file.
     *
     * @param vocabSize rows of the model's embedding
     * @throws BadInputException where it is of another kind or does not fit the model
     */
    public static TokenizerData read(GgufMetadata metadata, int vocabSize) {
        String model = metadata.string(PREFIX + "model");
        boolean sentencePiece = model.equals("llama");
        if (!model.equals("gpt2") && !sentencePiece) {
            throw new BadInputException(
                    metadata.path() + ": a tokeniser of type " + model + "; " + TokenizerCheck.SUPPORTED);
        }
        List<String> tokens = metadata.strings(PREFIX + "tokens");
        if (tokens.size() != vocabSize) {
            throw new BadInputException(metadata.path() + ": " + tokens.size() + " tokens, the model has " + vocabSize
                    + " rows of embeddings");
        }
        return sentencePiece ? pieces(metadata, tokens) : byteLevel(metadata, tokens);
    }

    private static TokenizerData byteLevel(GgufMetadata metadata, List<String> tokens) {
        @Nullable String preName = metadata.findString(PREFIX + "pre");
        @Nullable PreTokenizer pre = PreTokenizer.ofGgufName(preName == null ? "default" : preName);
        if (pre == null) {
            throw new BadInputException(metadata.path() + ": the tokeniser cuts text by the unknown rule " + preName
                    + " (" + PREFIX + "pre)");
        }
        return data(metadata, tokens, metadata.strings(PREFIX + "merges"), pre.ggufName(), pre.addsBos(), null);
    }

    /** Defaults are llama.cpp's. */
    private static TokenizerData pieces(GgufMetadata metadata, List<String> tokens) {
        List<Float> scores = metadata.reals(PREFIX + "scores").stream()
                .map(Double::floatValue)
                .toList();
        if (scores.size() != tokens.size()) {
            throw new BadInputException(
                    metadata.path() + ": " + tokens.size() + " tokens, " + scores.size() + " scores");
        }
        @Nullable Boolean asked = metadata.findBool(PREFIX + "add_space_prefix");
        // Converters leave the default, but no space follows the control tokens for instructions.
        boolean instructions = addedTexts(metadata).contains("[INST]");
        boolean prefix = !instructions && (asked == null || asked);
        return data(metadata, tokens, List.of(), Pieces.PRE, true, new Pieces(scores, prefix));
    }

    private static TokenizerData data(
            GgufMetadata metadata,
            List<String> tokens,
            List<String> merges,
            String pre,
            boolean addsBos,
            @Nullable Pieces pieces) {
        @Nullable Integer bos = id(metadata, "bos_token_id");
        @Nullable Boolean addBos = metadata.findBool(PREFIX + "add_bos_token");
        return new TokenizerData(
                tokens,
                types(metadata, tokens.size()),
                merges,
                pre,
                bos,
                id(metadata, "eos_token_id"),
                id(metadata, "padding_token_id"),
                id(metadata, "unknown_token_id"),
                bos != null && (addBos == null ? addsBos : addBos),
                pieces);
    }

    /**
     * The texts of a file's added tokens, which what people say must not hold; empty where the file has no types.
     * Needs no tokeniser that this version can use.
     */
    public static List<String> addedTexts(GgufMetadata metadata) {
        List<String> tokens = metadata.strings(PREFIX + "tokens");
        List<TokenType> types = types(metadata, tokens.size());
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (types.get(i).added()) {
                texts.add(tokens.get(i));
            }
        }
        return texts;
    }

    private static List<TokenType> types(GgufMetadata metadata, int count) {
        @Nullable List<Long> ids = metadata.findIntegers(PREFIX + "token_type");
        if (ids == null) {
            return Collections.nCopies(count, TokenType.NORMAL);
        }
        List<TokenType> types = new ArrayList<>();
        for (long id : ids) {
            @Nullable TokenType type = TokenType.ofId(id);
            if (type == null) {
                throw new BadInputException(
                        metadata.path() + ": " + PREFIX + "token_type holds the unknown type " + id);
            }
            types.add(type);
        }
        if (types.size() != count) {
            throw new BadInputException(metadata.path() + ": " + count + " tokens, " + types.size() + " token types");
        }
        return types;
    }

    private static @Nullable Integer id(GgufMetadata metadata, String key) {
        @Nullable Long id = metadata.findInteger(PREFIX + key);
        if (id != null && (id < 0 || id > Integer.MAX_VALUE)) {
            // Converters write 2^32 - 1 for a token that there is not.
            return null;
        }
        return id == null ? null : id.intValue();
    }
}
