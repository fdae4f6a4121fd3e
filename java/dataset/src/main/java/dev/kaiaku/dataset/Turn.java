package dev.kaiaku.dataset;

/**
 * One turn of a {@link Conversation}.
 *
 * @param content user turns hold lines {@code [author]: text}; assistant turns the persona's messages, one a
 *     line; a newline inside a message is a newline and two spaces
 * @param target whether training learns this turn; only ever true for {@link Role#ASSISTANT}
 */
public record Turn(Role role, String content, boolean target) {
    public Turn {
        if (target && role != Role.ASSISTANT) {
            throw new IllegalArgumentException("only an assistant turn can be a target");
        }
    }

    /** A system or user turn, or an assistant turn that is learned. */
    public Turn(Role role, String content) {
        this(role, content, role == Role.ASSISTANT);
    }
}
