package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.libllama.LibllamaSampler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A reply on its way through the {@link TokenLoop}: tokens go in at once and come out one by one. */
final class TokenTask {
    /** In place of a token: nothing follows. */
    static final int END = -1;

    /** In place of a token: look again. */
    static final int NONE_YET = -2;

    private static final int WAIT_MILLIS = 20;

    private final int[] prompt;
    private final LibllamaSampler sampler;
    private final int maxTokens;
    private final BlockingQueue<Integer> out = new LinkedBlockingQueue<>();
    private volatile @Nullable RuntimeException failure;
    private volatile int reused;
    private volatile boolean cancelled;
    private int written;

    TokenTask(int[] prompt, LibllamaSampler sampler, int maxTokens) {
        this.prompt = prompt;
        this.sampler = sampler;
        this.maxTokens = maxTokens;
    }

    /** Has the loop give it up before its next step; {@link TokenLoop#cancel} does within it. */
    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Frees the sampler; by the loop. */
    void close() {
        sampler.close();
    }

    int[] prompt() {
        return prompt;
    }

    int promptTokens() {
        return prompt.length;
    }

    LibllamaSampler sampler() {
        return sampler;
    }

    /** How many tokens of the prompt were not computed again. */
    int reused() {
        return reused;
    }

    void reuse(int tokens) {
        reused = tokens;
    }

    /** Passes a token on; false where it was the last one that is wanted. */
    boolean write(int token) {
        out.add(token);
        return ++written < maxTokens;
    }

    void end() {
        out.add(END);
    }

    void fail(RuntimeException e) {
        failure = e;
        out.add(END);
    }

    /** The next token, {@link #END} or, after a moment, {@link #NONE_YET}. */
    int next() {
        try {
            Integer token = out.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            RuntimeException thrown = failure;
            if (thrown != null) {
                throw thrown;
            }
            return token == null ? NONE_YET : token;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
