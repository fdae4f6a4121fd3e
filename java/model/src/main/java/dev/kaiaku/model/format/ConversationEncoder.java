package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Conversations to tokens, with the mask of what is learned. Thread-safe. */
public final class ConversationEncoder {
    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final boolean addBos;
    private final ControlText controlText;

    /**
     * An encoder for one base.
     *
     * @param addBos whether to begin with the tokeniser's beginning-of-sequence token
     */
    public ConversationEncoder(Tokenizer tokenizer, ChatFormat format, boolean addBos) {
        if (addBos && tokenizer.bosId().isEmpty()) {
            throw new IllegalArgumentException("the tokeniser has no beginning-of-sequence token");
        }
        this.tokenizer = tokenizer;
        this.format = format;
        this.addBos = addBos;
        this.controlText = new ControlText(tokenizer.controlTexts(), format);
    }

    /**
     * Tokens of the whole conversation, its text made safe; learned are the content and the end-of-turn token of
     * every turn that is a target. Nothing follows the last end of turn.
     */
    public EncodedConversation encode(Conversation conversation) {
        return encode(format.render(controlText.guard(conversation), false));
    }

    /** Tokens up to the header of the reply to come; none of them is learned. */
    public int[] prompt(Conversation conversation) {
        return encode(format.render(controlText.guard(conversation), true)).tokens();
    }

    private EncodedConversation encode(List<Segment> segments) {
        int[] tokens = new int[64];
        boolean[] targets = new boolean[64];
        int length = 0;
        if (addBos) {
            tokens[length++] = tokenizer.bosId().orElseThrow();
        }
        boolean afterControl = true;
        for (Segment segment : segments) {
            int[] ids = segment.control() ? control(segment.text()) : tokenizer.encode(segment.text(), afterControl);
            afterControl = segment.control();
            if (length + ids.length > tokens.length) {
                int capacity = Math.max(2 * tokens.length, length + ids.length);
                tokens = Arrays.copyOf(tokens, capacity);
                targets = Arrays.copyOf(targets, capacity);
            }
            System.arraycopy(ids, 0, tokens, length, ids.length);
            if (segment.target()) {
                Arrays.fill(targets, length, length + ids.length, true);
            }
            length += ids.length;
        }
        return new EncodedConversation(Arrays.copyOf(tokens, length), Arrays.copyOf(targets, length));
    }

    private int[] control(String text) {
        return new int[] {
            tokenizer.controlId(text).orElseThrow(() -> new IllegalStateException("no control token " + text))
        };
    }
}
