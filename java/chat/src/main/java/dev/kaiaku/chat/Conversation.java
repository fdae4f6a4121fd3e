package dev.kaiaku.chat;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.ConversationWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of any number of people with a persona. Thread-safe: people may speak while the persona writes; it
 * writes one reply at a time.
 */
public final class Conversation implements AutoCloseable {
    /** The author of a line that names none. */
    static final String SOMEBODY = "you";

    private final Persona persona;
    private final List<Said> saidMeanwhile = new ArrayList<>();
    private History history;
    private ChatOptions options;
    private int attempts;
    private @Nullable Reply writing;
    private boolean closed;

    Conversation(Persona persona, History history, ChatOptions options) {
        this.persona = persona;
        this.history = history;
        this.options = options;
    }

    /**
     * Says something to the persona and lets it reply.
     *
     * @param author who says it
     * @return the reply, which is being written
     * @throws BadInputException if the message alone is longer than the persona's context
     * @throws IllegalStateException if the persona is still writing, or something is closed
     */
    public synchronized Reply say(String author, String text) {
        checkIdle();
        hear(author, text);
        return reply();
    }

    /**
     * Says something to the persona and waits for its reply.
     *
     * @param onPiece given the reply piece by piece as it is written, a newline between two messages of a burst; where
     *     it throws, the reply is cancelled
     * @return the whole reply, one message a line; empty where the persona has nothing to say
     */
    public String say(String author, String text, Consumer<String> onPiece) {
        Reply reply = say(author, text);
        try {
            int message = 0;
            for (Piece piece : reply) {
                onPiece.accept(piece.message() > message ? "\n" + piece.text() : piece.text());
                message = piece.message();
            }
        } catch (RuntimeException | Error e) {
            reply.cancel();
            throw e;
        }
        return reply.text();
    }

    /** Lets the persona hear something that it need not answer yet; what is said while it writes comes after that. */
    public synchronized void hear(String author, String text) {
        checkOpen();
        Said said = clean(new Said(author, text, false));
        if (writing == null) {
            history.add(said);
        } else {
            saidMeanwhile.add(said);
        }
    }

    /**
     * The persona's reply to all that it heard since its last one. The oldest turns are left out once the
     * conversation no longer fits the persona's context; a fifth of the context at a time, so that what stays is
     * not computed anew with every turn.
     *
     * @throws IllegalStateException if nothing was said since, or the persona is still writing
     */
    public synchronized Reply reply() {
        checkIdle();
        if (!history.waitsForReply()) {
            throw new IllegalStateException("nothing was said to the persona since its last reply");
        }
        Persona.Prompt prompt = promptThatFits();
        Reply reply = new Reply(options, false);
        writing = reply;
        persona.write(prompt, options, attempts, reply, this::replied);
        return reply;
    }

    /**
     * Takes the last reply back and has the persona write another one: with another seed, where the options name one.
     *
     * @throws IllegalStateException if the persona has not spoken last, or is still writing
     */
    public synchronized Reply regenerate() {
        checkIdle();
        if (!history.takeBackReply()) {
            throw new IllegalStateException("the persona has not spoken last");
        }
        attempts++;
        return reply();
    }

    /** Everything that was said, the oldest first. */
    public synchronized List<Said> history() {
        List<Said> all = new ArrayList<>(history.messages());
        all.addAll(saidMeanwhile);
        return List.copyOf(all);
    }

    /** Another conversation that begins with what was said in this one. */
    public synchronized Conversation fork() {
        checkOpen();
        Conversation fork = new Conversation(persona, history.copy(), options);
        saidMeanwhile.forEach(said -> fork.history.add(said));
        return fork;
    }

    /** How replies are written from the next one on. */
    public synchronized void options(ChatOptions value) {
        options = value;
    }

    /** How the next reply is written. */
    public synchronized ChatOptions options() {
        return options;
    }

    /** Starts over: the persona forgets what was said, and stops writing. */
    public synchronized void reset() {
        checkOpen();
        if (writing != null) {
            writing.cancel();
            writing = null;
        }
        saidMeanwhile.clear();
        history = history.copy();
        history.clear();
    }

    /**
     * Writes the conversation as one line of training data, the "messages" form that {@code dataset build} writes
     * too. {@link Persona#load} goes on from there.
     */
    public synchronized void save(Path jsonl) {
        try (ConversationWriter writer = ConversationFile.writer(jsonl)) {
            writer.write(new dev.kaiaku.dataset.Conversation(history.allTurns()));
            writer.file().commit();
        }
    }

    /** Stops the reply that is being written; nothing can be said afterwards. */
    @Override
    public synchronized void close() {
        closed = true;
        if (writing != null) {
            writing.cancel();
        }
    }

    /** The message with a name that can stand in brackets, and line ends as training has them. */
    static Said clean(Said said) {
        String name = said.author().replaceAll("[\\[\\]\\p{Cntrl}]", " ").strip();
        return new Said(name.isEmpty() ? SOMEBODY : name, said.text().replaceAll("\\r\\n?", "\n"), said.persona());
    }

    private synchronized void replied(Reply reply, List<String> messages) {
        if (writing != reply) {
            return;
        }
        messages.forEach(message -> history.add(new Said(persona.name(), message, true)));
        saidMeanwhile.forEach(history::add);
        saidMeanwhile.clear();
        writing = null;
    }

    private Persona.Prompt promptThatFits() {
        Persona.Prompt prompt = persona.promptOf(history.turns(), options);
        if (prompt.excess() <= 0) {
            return prompt;
        }
        History before = history.copy();
        while (prompt.excess() + prompt.spare() > 0) {
            if (!history.forgetOldest()) {
                break;
            }
            prompt = persona.promptOf(history.turns(), options);
        }
        if (prompt.excess() > 0) {
            history = before;
            history.takeBackLast();
            throw new BadInputException(
                    "the message is " + prompt.excess() + " tokens too long for the persona; say it in parts");
        }
        return prompt;
    }

    private void checkIdle() {
        checkOpen();
        if (writing != null) {
            throw new IllegalStateException("the persona is still writing; wait for its reply, or cancel it");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the conversation is closed");
        }
        persona.checkOpen();
    }
}
