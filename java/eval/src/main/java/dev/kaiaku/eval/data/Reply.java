package dev.kaiaku.eval.data;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.MessageText;
import java.util.List;

/**
 * What the persona said, and what was said before.
 *
 * @param prompt the turns before the reply, as training has them
 * @param context the messages of these turns, oldest first
 * @param text content of the turn: messages one a line
 */
public record Reply(Conversation prompt, List<Line> context, String text) {
    public Reply {
        context = List.copyOf(context);
    }

    /** The messages of the burst. */
    public List<String> messages() {
        return MessageText.split(text);
    }

    /** The same context answered otherwise. */
    public Reply withText(String other) {
        return new Reply(prompt, context, other);
    }
}
