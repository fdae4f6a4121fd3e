package dev.kaiaku.trainer.checkpoint;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.base.BaseModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short names of contents, SHA-256 in lower-case hexadecimal digits. */
public final class Fingerprint {
    private static final int ROWS = 8;

    private Fingerprint() {}

    /** Of a text. */
    public static String of(String text) {
        MessageDigest digest = sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Of a base: its config, its tensors' names, types and shapes, its tokeniser's words, and eight rows of every
     * tensor. Another training of the same base changes all of these rows; reading all of many gigabytes would take
     * minutes.
     */
    public static String of(BaseModel base) {
        MessageDigest digest = sha256();
        digest.update(base.config().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(base.chatFormat().id().getBytes(StandardCharsets.UTF_8));
        for (String token : base.tokenizer().data().tokens()) {
            digest.update(token.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        for (TensorInfo tensor : base.tensors()) {
            digest.update(tensor.toString().getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < ROWS; i++) {
                digest.update(base.read(tensor, (tensor.rows() - 1) * i / (ROWS - 1), 1));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
