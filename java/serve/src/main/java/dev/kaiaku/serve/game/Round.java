package dev.kaiaku.serve.game;

import dev.kaiaku.chat.Said;
import java.util.List;

/**
 * One question: what was said, and two replies to it.
 *
 * @param context oldest first
 * @param real messages that the person wrote
 * @param made messages that the machine wrote
 */
public record Round(List<Said> context, List<String> real, List<String> made) {
    public Round {
        context = List.copyOf(context);
        real = List.copyOf(real);
        made = List.copyOf(made);
    }
}
