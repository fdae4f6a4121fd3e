package dev.kaiaku.model.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.kaiaku.dataset.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Text to token ids and back; the Hugging Face tokenizers library does the merging. Thread-safe. */
public final class Tokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    static {
        TokenizerLibrary.prepare();
    }

    private final TokenizerData data;
    private final List<String> controlTexts;
    private final Map<String, Integer> controlIds = new HashMap<>();
    private final HuggingFaceTokenizer encoder;

    private Tokenizer(TokenizerData data, HuggingFaceTokenizer encoder) {
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
        @Nullable PreTokenizer pre = PreTokenizer.ofGgufName(data.pre());
        if (pre == null) {
            throw new BadInputException(source + ": the tokeniser cuts text by the unknown rule " + data.pre());
        }
        TokenizerCheck.check(data, source);
        try (InputStream json =
                new ByteArrayInputStream(EncoderJson.write(data, pre, false).getBytes(StandardCharsets.UTF_8))) {
            return new Tokenizer(data, HuggingFaceTokenizer.newInstance(json, OPTIONS));
        } catch (IOException | RuntimeException e) {
            throw new BadInputException(source + ": the tokeniser cannot be used: " + e.getMessage(), e);
        }
    }

    /** Ids of plain text as it is; adds no token at either end, and finds no control tokens in it. */
    public int[] encode(String text) {
        // An unpaired surrogate has no UTF-8; this makes it a question mark.
        String paired = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        // Encoding's public class fetches seven more arrays than the ids.
        long encoding = TokenizersLibrary.LIB.encode(encoder.getHandle(), paired, false);
        try {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            int[] result = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                result[i] = (int) ids[i];
            }
            return result;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Text of the ids, control tokens left out; bytes that are no UTF-8 become U+FFFD. */
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            String token = data.tokens().get(id);
            switch (data.types().get(id)) {
                case NORMAL, BYTE -> ByteAlphabet.appendBytes(token, bytes);
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
