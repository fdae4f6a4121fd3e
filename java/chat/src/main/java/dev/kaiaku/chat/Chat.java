package dev.kaiaku.chat;

import dev.kaiaku.dataset.BadInputException;
import java.util.function.Consumer;

/** A conversation of any number of people with a persona. For one thread at a time. */
public final class Chat {
    private final Persona persona;
    private final History history;

    Chat(Persona persona, History history) {
        this.persona = persona;
        this.history = history;
    }

    /**
     * Says something to the persona and waits for its reply.
     *
     * @param author who says it
     * @param onPiece given the reply piece by piece as it is written
     * @return the whole reply, one message a line; empty where the persona has nothing to say
     * @throws BadInputException if the message alone is longer than the persona's context
     */
    public String say(String author, String text, Consumer<String> onPiece) {
        hear(author, text);
        return reply(onPiece);
    }

    /** As {@link #say(String, String, Consumer)}, without the pieces. */
    public String say(String author, String text) {
        return say(author, text, piece -> {});
    }

    /** Lets the persona hear something that it need not answer yet. */
    public void hear(String author, String text) {
        history.heard(author, text);
    }

    /**
     * The persona's reply to all that it heard since its last one. The oldest turns are forgotten once the
     * conversation no longer fits the persona's context.
     *
     * @throws IllegalStateException if nothing was said since
     */
    public String reply(Consumer<String> onPiece) {
        if (!history.waitsForReply()) {
            throw new IllegalStateException("nothing was said to the persona since its last reply");
        }
        ReplyText reply = new ReplyText(onPiece);
        persona.write(promptThatFits(), reply::add);
        reply.end();
        history.replied(reply.raw().strip());
        return reply.shown();
    }

    /** Starts over: the persona forgets what was said. */
    public void reset() {
        history.clear();
    }

    private String promptThatFits() {
        while (true) {
            String prompt = persona.prompt(history.conversation());
            int excess = persona.excess(prompt);
            if (excess <= 0) {
                return prompt;
            }
            if (!history.forgetOldest()) {
                history.clear();
                throw new BadInputException(
                        "the message is " + excess + " tokens too long for the persona; say it in parts");
            }
        }
    }
}
