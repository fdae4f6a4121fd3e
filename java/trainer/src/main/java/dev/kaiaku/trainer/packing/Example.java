package dev.kaiaku.trainer.packing;

import dev.kaiaku.model.format.EncodedConversation;

/**
 * One sequence to train on.
 *
 * @param tokens ids
 * @param learn 1 where the prediction of the token counts; never for the first
 * @param cut something was dropped from the beginning
 */
public record Example(int[] tokens, byte[] learn, boolean cut) {

    /** A whole conversation. */
    static Example of(EncodedConversation conversation, boolean cut) {
        return of(conversation, conversation.tokens().length, false, cut);
    }

    /**
     * The last {@code length} tokens of a conversation, so that the end of its last reply stays.
     *
     * @param keepFirst the first token is a beginning of sequence, which stays too
     */
    static Example end(EncodedConversation conversation, int length, boolean keepFirst) {
        return of(conversation, length, keepFirst, true);
    }

    private static Example of(EncodedConversation conversation, int length, boolean keepFirst, boolean cut) {
        int[] all = conversation.tokens();
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
        return new Example(tokens, learn, cut);
    }

    /** A conversation that fits as it is. */
    public static Example of(EncodedConversation conversation) {
        return of(conversation, false);
    }

    /** The same, as other parts know it. */
    public EncodedConversation encoded() {
        boolean[] targets = new boolean[learn.length];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = learn[i] != 0;
        }
        return new EncodedConversation(tokens, targets);
    }

    public int length() {
        return tokens.length;
    }

    /** Tokens whose prediction counts. */
    public int targets() {
        int count = 0;
        for (byte mark : learn) {
            count += mark;
        }
        return count;
    }
}
