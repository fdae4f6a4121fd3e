package dev.kaiaku.chat;

import dev.kaiaku.chat.engine.Engine;
import dev.kaiaku.chat.engine.EngineChoice;
import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.chat.engine.Sampling;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.format.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A persona that can write: a GGUF file made by {@code kaiaku-train export}, opened by llama.cpp. Thread-safe: its
 * conversations share the loaded model and {@link EngineOptions#slots} of them write at the same time, the others
 * wait for their turn. A program ends by itself once its main thread has, whether or not personas were closed.
 */
public final class Persona implements AutoCloseable {
    private static final int POLL_MILLIS = 20;

    private final PersonaFile file;
    private final ChatOptions options;
    private final EngineChoice.Opened opened;
    private final Engine engine;
    private final Semaphore slots;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final boolean adapter;
    private double strength;
    private volatile boolean closed;

    private Persona(PersonaFile file, ChatOptions options, EngineChoice.Opened opened, EngineOptions engineOptions) {
        this.file = file;
        this.options = options;
        this.opened = opened;
        this.engine = opened.engine();
        this.slots = new Semaphore(engineOptions.slots(), true);
        this.adapter = engineOptions.adapter() != null;
        this.strength = engineOptions.strength();
    }

    /** Opens a persona with {@link ChatOptions#of} its file and {@link EngineOptions#defaults}. */
    public static Persona open(Path gguf) {
        PersonaFile file = PersonaFile.read(gguf, null);
        return open(gguf, file, file.options(), EngineOptions.defaults());
    }

    /** Opens a persona with {@link EngineOptions#defaults}. */
    public static Persona open(Path gguf, ChatOptions options) {
        return open(gguf, options, EngineOptions.defaults());
    }

    /**
     * Opens a persona.
     *
     * @param gguf what {@code kaiaku-train export} wrote; or a base model, where the engine options name an adapter
     * @param options how replies are written, unless a conversation has other options
     * @throws BadInputException if the file is broken, holds no persona, has an architecture that the engine does not
     *     know, or does not fit into memory
     */
    public static Persona open(Path gguf, ChatOptions options, EngineOptions engineOptions) {
        return open(gguf, PersonaFile.read(gguf, engineOptions.adapter()), options, engineOptions);
    }

    private static Persona open(Path gguf, PersonaFile file, ChatOptions options, EngineOptions engineOptions) {
        int contextTokens = Math.min(engineOptions.contextTokens(), file.contextTokens());
        EngineChoice choice =
                new EngineChoice(gguf, file.architecture(), file.preTokenizer(), file.types(), file.weights());
        return new Persona(file, options, choice.open(contextTokens, engineOptions), engineOptions);
    }

    /** The name of the person that it writes like. */
    public String name() {
        return file.persona().name();
    }

    /** Which engine runs it and why, for people. */
    public String engine() {
        return engine.description() + ": " + opened.reason();
    }

    /** How many tokens of a conversation it sees, its reply included. */
    public int contextTokens() {
        return engine.contextTokens();
    }

    /** A new conversation. */
    public Conversation conversation() {
        return conversation(file.persona().system());
    }

    /** A new conversation under a system text of one's own; null for none, whatever the persona was trained with. */
    public Conversation conversation(@Nullable String system) {
        return conversation(system, List.of());
    }

    /** A conversation in which something was said before. */
    public Conversation conversation(List<Said> said) {
        return conversation(file.persona().system(), said);
    }

    /** As {@link #conversation(List)}, under a system text of one's own. */
    public Conversation conversation(@Nullable String system, List<Said> said) {
        checkOpen();
        History history = new History(system);
        said.forEach(message -> history.add(Conversation.clean(message)));
        return new Conversation(this, history, options);
    }

    /**
     * Goes on from a text as it is: without a chat format, control tokens in it read as such, nothing of the reply
     * left out. For programs that write prompts of their own.
     *
     * @throws BadInputException where the text is longer than the context
     */
    public Reply complete(String text, ChatOptions replyOptions) {
        Prompt prompt = prompt(List.of(new Segment(text, true, false)), replyOptions);
        if (prompt.excess() > 0) {
            throw new BadInputException("the text is " + prompt.excess() + " tokens too long for the context");
        }
        Reply reply = new Reply(replyOptions, true);
        write(prompt, replyOptions, 0, reply, (done, messages) -> {});
        return reply;
    }

    /**
     * A conversation that {@link Conversation#save} wrote.
     *
     * @throws BadInputException for a file that is none
     */
    public Conversation load(Path jsonl) {
        List<dev.kaiaku.dataset.Conversation> lines = ConversationFile.read(jsonl);
        if (lines.isEmpty()) {
            throw new BadInputException(jsonl + ": holds no conversation");
        }
        @Nullable String system = null;
        for (Turn turn : lines.get(0).turns()) {
            system = turn.role() == Role.SYSTEM ? turn.content() : system;
        }
        History history = new History(system);
        lines.get(0).turns().stream()
                .filter(turn -> turn.role() != Role.SYSTEM)
                .flatMap(turn -> History.messages(turn, name()).stream())
                .forEach(history::add);
        return new Conversation(this, history, options);
    }

    /** Factor of the LoRA adapter's change. */
    public synchronized double strength() {
        return strength;
    }

    /**
     * Changes the factor of the LoRA adapter's change: 1 as trained, 0 the base alone. What is being written changes
     * from its next token on.
     *
     * @throws BadInputException where the persona was opened without an adapter, or the engine cannot change it
     */
    public synchronized void strength(double factor) {
        EngineOptions.checkStrength(factor);
        if (!adapter) {
            throw new BadInputException(
                    "there is no adapter whose strength could change; open a base model with --adapter");
        }
        lock.readLock().lock();
        try {
            checkOpen();
            engine.strength(factor);
        } finally {
            lock.readLock().unlock();
        }
        strength = factor;
    }

    /** Ends the replies that are being written with an {@link IllegalStateException} and frees the model. */
    @Override
    public void close() {
        closed = true;
        lock.writeLock().lock();
        try {
            opened.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * A prompt and its room.
     *
     * @param excess how many tokens the prompt and the longest reply are over the context; at most 0 where they fit
     * @param spare how many tokens to make room for beyond that, once something has to go
     */
    record Prompt(List<Segment> segments, int maxTokens, int excess, int spare) {}

    Prompt promptOf(List<Turn> turns, ChatOptions replyOptions) {
        return prompt(file.prompt(turns), replyOptions);
    }

    private Prompt prompt(List<Segment> segments, ChatOptions replyOptions) {
        int context = engine.contextTokens();
        int maxTokens = Math.min(replyOptions.maxTokens(), context / 2);
        lock.readLock().lock();
        try {
            checkOpen();
            return new Prompt(segments, maxTokens, engine.count(segments) + maxTokens - context, context / 5);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Writes a reply on a thread of its own.
     *
     * @param attempt changes a seed that the options name
     * @param onMessages told the messages before the reply says that it is done
     */
    void write(
            Prompt prompt,
            ChatOptions replyOptions,
            int attempt,
            Reply reply,
            BiConsumer<Reply, List<String>> onMessages) {
        int seed = replyOptions.seed() == ChatOptions.RANDOM
                ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)
                : (replyOptions.seed() + attempt) & Integer.MAX_VALUE;
        Sampling sampling = replyOptions.sampling(seed);
        Thread writer = new Thread(() -> run(prompt, sampling, reply, onMessages), "kaiaku-reply");
        writer.setDaemon(true);
        writer.start();
    }

    private void run(Prompt prompt, Sampling sampling, Reply reply, BiConsumer<Reply, List<String>> onMessages) {
        try {
            Engine.Written written = takeTurn(prompt, sampling, reply);
            onMessages.accept(reply, reply.finish(written.finished()));
            reply.complete(written.promptTokens(), written.reusedTokens(), written.tokens());
        } catch (RuntimeException | Error e) {
            onMessages.accept(reply, List.of());
            reply.fail(e instanceof RuntimeException known ? known : new IllegalStateException(e.toString(), e));
        }
    }

    private Engine.Written takeTurn(Prompt prompt, Sampling sampling, Reply reply) {
        try {
            while (!slots.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                checkOpen();
                if (!reply.wanted()) {
                    return new Engine.Written(false, 0, -1, 0);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        lock.readLock().lock();
        try {
            checkOpen();
            Engine.Written written = engine.write(prompt.segments(), sampling, prompt.maxTokens(), sink(reply));
            checkOpen();
            return written;
        } finally {
            lock.readLock().unlock();
            slots.release();
        }
    }

    private Engine.Sink sink(Reply reply) {
        return new Engine.Sink() {
            @Override
            public boolean wanted() {
                return !closed && reply.wanted();
            }

            @Override
            public void piece(String text) {
                reply.write(text);
            }
        };
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the persona is closed");
        }
    }
}
