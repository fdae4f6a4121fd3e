package dev.kaiaku.trainer;

import dev.kaiaku.model.format.EncodedConversation;

/**
 * One sequence to train on.
 *
 * @param tokens ids
 * @param learn 1 where the prediction of the token counts; never for the first
 * @param cut tokens were dropped from the beginning
 */
record Example(int[] tokens, byte[] learn, boolean cut) {

    /**
     * Drops the oldest tokens of a conversation that is longer than {@code seqLen}, so that the reply at its end stays.
     *
     * @param keepFirst the first token is a beginning of sequence, which stays too
     */
    static Example of(EncodedConversation conversation, int seqLen, boolean keepFirst) {
        int[] all = conversation.tokens();
        int length = Math.min(all.length, seqLen);
        int start = all.length - length;
        int[] tokens = new int[length];
        byte[] learn = new byte[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = all[start + i];
            learn[i] = (byte) (i > 0 && conversation.targets()[start + i] ? 1 : 0);
        }
        if (keepFirst && length > 0) {
            tokens[0] = all[0];
        }
        return new Example(tokens, learn, start > 0);
    }

    EncodedConversation encoded() {
        boolean[] targets = new boolean[learn.length];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = learn[i] != 0;
        }
        return new EncodedConversation(tokens, targets);
    }

    int length() {
        return tokens.length;
    }

    int targets() {
        int count = 0;
        for (byte mark : learn) {
            count += mark;
        }
        return count;
    }
}
