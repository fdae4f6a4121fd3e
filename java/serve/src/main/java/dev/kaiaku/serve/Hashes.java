package dev.kaiaku.serve;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes of secrets, so that comparing them tells nothing of their length. */
final class Hashes {
    private Hashes() {}

    static byte[] sha256(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
