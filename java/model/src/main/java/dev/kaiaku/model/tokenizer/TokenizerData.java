package dev.kaiaku.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tokeniser as GGUF files store it: byte-level BPE, or SentencePiece's.
 *
 * @param tokens in the order of their ids: bytes in the alphabet of {@link ByteAlphabet}, or
 *     {@link Pieces}; added tokens as plain text
 * @param types one for each token
 * @param merges {@code "a b"}, the first to apply first; none for SentencePiece
 * @param pre llama.cpp's name of the rule that cuts text before merging
 * @param addBos whether sequences begin with {@code bosId}
 * @param pieces null for byte-level BPE
 */
public record TokenizerData(
        List<String> tokens,
        List<TokenType> types,
        List<String> merges,
        String pre,
        @Nullable Integer bosId,
        @Nullable Integer eosId,
        @Nullable Integer padId,
        @Nullable Integer unkId,
        boolean addBos,
        @Nullable Pieces pieces) {

    public TokenizerData {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        merges = List.copyOf(merges);
        if (types.size() != tokens.size()) {
            throw new IllegalArgumentException(tokens.size() + " tokens, " + types.size() + " types");
        }
        if (addBos && bosId == null) {
            throw new IllegalArgumentException("addBos without bosId");
        }
        if (pieces != null && pieces.scores().size() != tokens.size()) {
            throw new IllegalArgumentException(
                    tokens.size() + " tokens, " + pieces.scores().size() + " scores");
        }
    }

    /** A byte-level BPE. */
    public TokenizerData(
            List<String> tokens,
            List<TokenType> types,
            List<String> merges,
            String pre,
            @Nullable Integer bosId,
            @Nullable Integer eosId,
            @Nullable Integer padId,
            @Nullable Integer unkId,
            boolean addBos) {
        this(tokens, types, merges, pre, bosId, eosId, padId, unkId, addBos, null);
    }

    /** The texts of control and user-defined tokens. */
    public List<String> addedTexts() {
        List<String> texts = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (types.get(id).added()) {
                texts.add(tokens.get(id));
            }
        }
        return texts;
    }
}
