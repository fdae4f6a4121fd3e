package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Conversation;
import java.util.List;

/** How a family of models wants conversations written; the one place that knows its control tokens. */
@SuppressWarnings("DoNotCallSuggester")
public enum ChatFormat {
    CHATML("chatml"),
    LLAMA3("llama3");

    private final String id;

    ChatFormat(String id) {
        this.id = id;
    }

    /** The name in {@code kaiaku.format} of a GGUF file. */
    public String id() {
        return id;
    }

    /** The token that ends a turn, learned with every reply. */
    public String endOfTurn() {
        return this == CHATML ? "<|im_end|>" : "<|eot_id|>";
    }

    /**
     * The conversation as pieces of text. Holds no beginning-of-sequence token.
     *
     * @param replyNext whether to end with the header of an assistant turn, for the persona to go on from
     */
    public List<Segment> render(Conversation conversation, boolean replyNext) {
        throw new UnsupportedOperationException();
    }
}
