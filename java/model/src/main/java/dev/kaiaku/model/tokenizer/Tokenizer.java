package dev.kaiaku.model.tokenizer;

import dev.kaiaku.dataset.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Text to token ids and back. Thread-safe. */
public final class Tokenizer implements AutoCloseable {
    private final TokenizerData data;
    private final List<String> controlTexts;
    private final Map<String, Integer> controlIds = new HashMap<>();
    private final TextEncoder encoder;

    private Tokenizer(TokenizerData data, TextEncoder encoder) {
        this.data = data;
        this.encoder = encoder;
        this.controlTexts = List.copyOf(data.addedTexts());
        for (int id = 0; id < data.tokens().size(); id++) {
            if (data.types().get(id).added()) {
                controlIds.put(data.tokens().get(id), id);
            }
        }
    }

    /**
     * A tokeniser that works by the data.
     *
     * @param source the file that the data came from, for messages
     */
    public static Tokenizer of(TokenizerData data, String source) {
        TokenizerCheck.check(data, source);
        @Nullable Pieces pieces = data.pieces();
        if (pieces != null) {
            return new Tokenizer(data, new PieceEncoder(data, pieces));
        }
        @Nullable PreTokenizer pre = PreTokenizer.ofGgufName(data.pre());
        if (pre == null) {
            throw new BadInputException(source + ": the tokeniser cuts text by the unknown rule " + data.pre());
        }
        try {
            return new Tokenizer(data, new ByteLevelEncoder(data, pre));
        } catch (IOException | RuntimeException e) {
            throw new BadInputException(source + ": the tokeniser cannot be used: " + e.getMessage(), e);
        }
    }

    /** Ids of plain text as it is; adds no token at either end, and finds no control tokens in it. */
    public int[] encode(String text) {
        // An unpaired surrogate has no UTF-8; this makes it a question mark.
        String paired = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        return encoder.encode(paired);
    }

    /**
     * Ids of plain text in its place.
     *
     * @param afterControl the text opens a sequence or follows a control token: some tokenisers put a space there
     */
    public int[] encode(String text, boolean afterControl) {
        @Nullable Pieces pieces = data.pieces();
        boolean space = afterControl && pieces != null && pieces.addSpacePrefix() && !text.isEmpty();
        return encode(space ? " " + text : text);
    }

    /** Text of the ids, control tokens left out; bytes that are no UTF-8 become U+FFFD. */
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean pieces = data.pieces() != null;
        for (int id : ids) {
            String token = data.tokens().get(id);
            switch (data.types().get(id)) {
                case NORMAL, BYTE -> {
                    int value = pieces ? Pieces.byteValue(token) : -1;
                    if (value >= 0) {
                        bytes.write(value);
                    } else if (pieces) {
                        bytes.writeBytes(token.replace(Pieces.SPACE, ' ').getBytes(StandardCharsets.UTF_8));
                    } else {
                        ByteAlphabet.appendBytes(token, bytes);
                    }
                }
                case USER_DEFINED -> bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
                case CONTROL, UNKNOWN, UNUSED -> {}
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Id of an added token, such as {@code <|im_end|>}. */
    public OptionalInt controlId(String text) {
        @Nullable Integer id = controlIds.get(text);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The texts of all added tokens, which what people say must not hold. */
    public List<String> controlTexts() {
        return controlTexts;
    }

    /** Whether the model was trained on sequences that begin with {@link #bosId}. */
    public boolean addBos() {
        return data.addBos();
    }

    /** The beginning-of-sequence token, where the model has one. */
    public OptionalInt bosId() {
        return data.bosId() == null ? OptionalInt.empty() : OptionalInt.of(data.bosId());
    }

    /** All that a GGUF file stores of the tokeniser. */
    public TokenizerData data() {
        return data;
    }

    /** Frees the native half; nothing may be encoded afterwards. */
    @Override
    public void close() {
        encoder.close();
    }
}
