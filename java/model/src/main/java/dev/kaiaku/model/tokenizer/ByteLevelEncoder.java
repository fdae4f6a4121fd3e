package dev.kaiaku.model.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Byte-level BPE; the Hugging Face tokenizers library does the merging. */
final class ByteLevelEncoder implements TextEncoder {
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    static {
        TokenizerLibrary.prepare();
    }

    private final HuggingFaceTokenizer library;

    ByteLevelEncoder(TokenizerData data, PreTokenizer pre) throws IOException {
        byte[] json = EncoderJson.write(data, pre, false).getBytes(StandardCharsets.UTF_8);
        try (InputStream in = new ByteArrayInputStream(json)) {
            this.library = HuggingFaceTokenizer.newInstance(in, OPTIONS);
        }
    }

    @Override
    public int[] encode(String text) {
        // Encoding's public class fetches seven more arrays than the ids.
        long encoding = TokenizersLibrary.LIB.encode(library.getHandle(), text, false);
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

    @Override
    public void close() {
        library.close();
    }
}
