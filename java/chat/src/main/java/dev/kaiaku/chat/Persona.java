package dev.kaiaku.chat;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import dev.kaiaku.bindings.LlamaBinary;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * A persona that can write: a GGUF file made by {@code kaiaku-train export}, opened by java-llama.cpp on the CPU.
 * Its chats may be used from several threads; their replies are written one after another.
 *
 * <p>Threads of java-llama.cpp may outlive {@link #close}: a program that must end then calls {@link System#exit}.
 */
public final class Persona implements AutoCloseable {
    private final PersonaFile file;
    private final ChatOptions options;
    private final int contextTokens;
    private final LlamaModel model;
    private boolean closed;

    private Persona(PersonaFile file, ChatOptions options, int contextTokens, LlamaModel model) {
        this.file = file;
        this.options = options;
        this.contextTokens = contextTokens;
        this.model = model;
    }

    /** Opens a persona with {@link ChatOptions#defaults}. */
    public static Persona open(Path gguf) {
        return open(gguf, ChatOptions.defaults());
    }

    /**
     * Opens a persona.
     *
     * @throws BadInputException if the file is broken, holds no persona, or has an architecture that
     *     java-llama.cpp does not know
     */
    public static Persona open(Path gguf, ChatOptions options) {
        PersonaFile file = PersonaFile.read(gguf);
        int contextTokens = Math.min(options.contextTokens(), file.contextTokens());
        prepareLibrary();
        ModelParameters parameters = new ModelParameters()
                .setModel(gguf.toString())
                .setCtxSize(contextTokens)
                .setParallel(1)
                .skipWarmup()
                .disableLog();
        try {
            return new Persona(file, options, contextTokens, new LlamaModel(parameters));
        } catch (RuntimeException e) {
            // java-llama.cpp's own exception class is not public.
            throw new BadInputException(
                    gguf + ": java-llama.cpp cannot run this file (" + e.getMessage()
                            + "); export it again, or run it with a newer llama.cpp",
                    e);
        }
    }

    /** The name of the person that it writes like. */
    public String name() {
        return file.persona().name();
    }

    /** A new conversation. */
    public Chat chat() {
        return new Chat(this, new History(file.persona().system()));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            model.close();
        }
    }

    String prompt(Conversation conversation) {
        return file.prompt(conversation);
    }

    /** How many tokens the prompt and the longest reply are over the context; at most 0 where they fit. */
    synchronized int excess(String prompt) {
        checkOpen();
        // One more for the beginning-of-sequence token that some files ask for.
        int reply = Math.min(options.maxTokens(), contextTokens / 2);
        return model.encode(prompt).length + 1 + reply - contextTokens;
    }

    /** Goes on from a prompt until the end of the turn, the longest reply, or a piece that is not wanted. */
    synchronized void write(String prompt, Predicate<String> onPiece) {
        checkOpen();
        InferenceParameters parameters = new InferenceParameters(prompt)
                .setCachePrompt(true)
                .setNPredict(Math.min(options.maxTokens(), contextTokens / 2))
                .setTemperature((float) options.temperature())
                .setTopK(0)
                .setTopP((float) options.topP())
                .setMinP((float) options.minP())
                .setSeed(options.seed());
        LlamaIterator pieces = model.generate(parameters).iterator();
        boolean wanted = false;
        try {
            do {
                wanted = pieces.hasNext();
            } while (wanted && onPiece.test(pieces.next().text));
        } finally {
            if (wanted) {
                pieces.cancel();
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the persona is closed");
        }
    }

    /** java-llama.cpp would extract its library anew each time, and delete llama* from the temporary folder. */
    private static void prepareLibrary() {
        String folder = LlamaBinary.folder().toString();
        System.setProperty("de.kherud.llama.lib.path", folder);
        System.setProperty("de.kherud.llama.tmpdir", folder);
    }
}
