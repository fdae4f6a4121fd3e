package dev.kaiaku.eval.degeneration;

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

    /**
     * Of some replies.
     *
     * @param finished for each reply whether it ended by itself
     */
    public static Faults of(List<String> replies, List<Boolean> finished) {
        double n = Math.max(1, replies.size());
        return new Faults(
                finished.stream().filter(end -> !end).count() / n,
                replies.stream().filter(String::isBlank).count() / n,
                replies.stream().filter(text -> SPEAKER.matcher(text).find()).count() / n,
                replies.stream().filter(text -> CONTROL.matcher(text).find()).count() / n);
    }
}
