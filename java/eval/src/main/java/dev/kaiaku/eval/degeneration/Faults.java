package dev.kaiaku.eval.degeneration;

import dev.kaiaku.eval.generate.Generated;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Replies that no person would have sent, as shares of all.
 *
 * @param unfinished ran into the limit of tokens
 * @param empty nothing but space
 * @param foreignSpeaker speaks for somebody else: a line begins with {@code [name]:}
 * @param controlText holds text of a chat template
 */
public record Faults(double unfinished, double empty, double foreignSpeaker, double controlText) {
    private static final Pattern SPEAKER = Pattern.compile("(?m)^\\[[^\\]\\n]{1,64}\\]:");
    private static final Pattern CONTROL =
            Pattern.compile("<\\|[a-z_]+\\|>|<(?:start|end)_of_turn>|\\[/?INST\\]|</?s>");

    /** Of some replies. */
    public static Faults of(List<Generated> replies) {
        double n = Math.max(1, replies.size());
        return new Faults(
                replies.stream().filter(reply -> !reply.finished()).count() / n,
                replies.stream().filter(reply -> reply.text().isBlank()).count() / n,
                replies.stream().filter(Faults::speaksForOthers).count() / n,
                replies.stream().filter(Faults::showsControlText).count() / n);
    }

    /** Whether a line begins with {@code [name]:}. */
    public static boolean speaksForOthers(Generated reply) {
        return reply.otherSpeaker() || SPEAKER.matcher(reply.text()).find();
    }

    /** Whether there is text of a chat template in it. */
    public static boolean showsControlText(Generated reply) {
        return CONTROL.matcher(reply.text()).find();
    }
}
