package dev.kaiaku.trainer.samples;

import dev.kaiaku.bindings.NativeDecoder;
import java.util.Arrays;

/**
 * Runs prompts in a decoder's slots, and no beginning twice that a slot holds already: replies in one conversation,
 * or after one system message, have most of their prompts in common. Not thread-safe.
 */
final class SharedPrompts {
    private final NativeDecoder decoder;
    /** What each slot holds at least. */
    private final int[][] held;

    /** Of a decoder with {@code slots} slots, which nobody else gives prompts to. */
    SharedPrompts(NativeDecoder decoder, int slots) {
        this.decoder = decoder;
        held = new int[slots][0];
    }

    /** Runs a prompt in a slot, in place of what that held; the logits [V] of its last token. */
    float[] prefill(int slot, int[] prompt) {
        int from = slot;
        int shared = common(held[slot], prompt);
        for (int other = 0; other < held.length; other++) {
            int length = common(held[other], prompt);
            if (length > shared) {
                from = other;
                shared = length;
            }
        }
        held[slot] = new int[0];
        if (from != slot) {
            decoder.fork(from, slot, shared);
        }
        float[] logits = decoder.prefill(slot, shared, Arrays.copyOfRange(prompt, shared, prompt.length));
        held[slot] = prompt.clone();
        return logits;
    }

    /** Tokens at the beginning that are the same; of the prompt one has to be left to run. */
    private static int common(int[] held, int[] prompt) {
        int most = Math.min(held.length, prompt.length - 1);
        int different = Arrays.mismatch(held, 0, most, prompt, 0, most);
        return different < 0 ? most : different;
    }
}
