package dev.kaiaku.model.format;

/**
 * A conversation as training sees it.
 *
 * @param tokens ids, the beginning-of-sequence token first where the base asks for one
 * @param targets for each token, whether its prediction is learned
 */
public record EncodedConversation(int[] tokens, boolean[] targets) {
    public EncodedConversation {
        if (tokens.length != targets.length) {
            throw new IllegalArgumentException(tokens.length + " tokens, " + targets.length + " targets");
        }
    }

    /** Number of tokens whose prediction is learned. */
    public int targetCount() {
        int count = 0;
        for (boolean target : targets) {
            count += target ? 1 : 0;
        }
        return count;
    }
}
