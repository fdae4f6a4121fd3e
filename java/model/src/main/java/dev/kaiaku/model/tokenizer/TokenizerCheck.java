package dev.kaiaku.model.tokenizer;

import dev.kaiaku.dataset.BadInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold before a tokeniser is handed to native code. */
final class TokenizerCheck {
    static final String SUPPORTED = "supported are byte-level BPE (SmolLM2, Llama 3, Qwen, Mistral Nemo) and"
            + " SentencePiece's BPE (Llama 2, Mistral 7B, Gemma)";

    private static final int BYTES = 256;
    private static final int FEWEST_BYTES = 200;

    private TokenizerCheck() {}

    static void check(TokenizerData data, String source) {
        Set<String> texts = new HashSet<>();
        Set<String> normal = new HashSet<>();
        for (int id = 0; id < data.tokens().size(); id++) {
            String token = data.tokens().get(id);
            if (token.isEmpty() || !texts.add(token)) {
                throw new BadInputException(source + ": token " + id + " is empty or there twice");
            }
            if (data.types().get(id) == TokenType.NORMAL) {
                normal.add(token);
            }
        }
        if (data.pieces() == null) {
            checkBytes(normal, source);
            checkMerges(data.merges(), normal, source);
        } else {
            checkPieces(texts, data.pieces(), source);
        }
        checkId(data, data.bosId(), "beginning-of-sequence", source);
        checkId(data, data.eosId(), "end-of-sequence", source);
        checkId(data, data.padId(), "padding", source);
        checkId(data, data.unkId(), "unknown", source);
    }

    /** Some vocabularies leave out control characters and bytes that UTF-8 never holds; such text is dropped. */
    private static void checkBytes(Set<String> normal, String source) {
        int known = 0;
        for (int b = 0; b < BYTES; b++) {
            known += normal.contains(String.valueOf(ByteAlphabet.letter(b))) ? 1 : 0;
        }
        if (known < FEWEST_BYTES) {
            throw new BadInputException(source + ": only " + known + " of the 256 bytes have a token; " + SUPPORTED);
        }
    }

    private static void checkPieces(Set<String> texts, Pieces pieces, String source) {
        for (int b = 0; b < BYTES; b++) {
            if (!texts.contains(Pieces.byteToken(b))) {
                throw new BadInputException(source + ": token " + Pieces.byteToken(b) + " is missing");
            }
        }
        for (int id = 0; id < pieces.scores().size(); id++) {
            if (pieces.scores().get(id).isNaN()) {
                throw new BadInputException(source + ": the score of token " + id + " is not a number");
            }
        }
    }

    private static void checkMerges(List<String> merges, Set<String> normal, String source) {
        for (int i = 0; i < merges.size(); i++) {
            String merge = merges.get(i);
            int space = merge.indexOf(' ');
            if (space <= 0 || space != merge.lastIndexOf(' ') || space == merge.length() - 1) {
                throw new BadInputException(source + ": merge " + i + " is not two tokens");
            }
            String left = merge.substring(0, space);
            String right = merge.substring(space + 1);
            if (!normal.contains(left) || !normal.contains(right) || !normal.contains(left + right)) {
                throw new BadInputException(source + ": merge " + i + " is of tokens that are not in the vocabulary");
            }
        }
    }

    private static void checkId(TokenizerData data, @Nullable Integer id, String what, String source) {
        if (id != null && (id < 0 || id >= data.tokens().size())) {
            throw new BadInputException(source + ": the " + what + " token " + id + " is not in the vocabulary");
        }
    }
}
