package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.libllama.LibllamaSampler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A reply on its way through the {@link TokenLoop}, which hands its sink piece after piece. */
final class TokenTask {
    private static final int WAIT_MILLIS = 20;

    private final int[] prompt;
    private final LibllamaSampler sampler;
    private final int maxTokens;
    private final Engine.Sink sink;
    private final Utf8Pieces pieces = new Utf8Pieces();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean cancelled;
    /** These are the loop's until it is over. */
    private @Nullable RuntimeException failure;

    private boolean finished;
    private int reused;
    private int written;

    TokenTask(int[] prompt, LibllamaSampler sampler, int maxTokens, Engine.Sink sink) {
        this.prompt = prompt;
        this.sampler = sampler;
        this.maxTokens = maxTokens;
        this.sink = sink;
    }

    /** Has the loop give it up before its next step; {@link TokenLoop#cancel} does within it. */
    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
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

    void reuse(int tokens) {
        reused = tokens;
    }

    /** Passes a token's bytes on; false where it was the last one that is wanted. */
    boolean write(byte[] bytes) {
        written++;
        try {
            String text = pieces.add(bytes);
            if (!text.isEmpty()) {
                sink.piece(text);
            }
            return written < maxTokens && sink.wanted();
        } catch (RuntimeException e) {
            failure = e;
            return false;
        }
    }

    /**
     * Nothing follows; frees the sampler. By the loop.
     *
     * @param whole whether the model ended its turn
     */
    void end(boolean whole) {
        finished = whole;
        sampler.close();
        over.countDown();
    }

    /** As {@link #end}; whoever waits is thrown the reason. */
    void fail(RuntimeException reason) {
        failure = reason;
        end(false);
    }

    /** Waits for the end a moment. */
    boolean endsSoon() throws InterruptedException {
        return over.await(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean wanted() {
        return sink.wanted();
    }

    /** What it came to, once it is over. */
    Engine.Written result() {
        if (failure != null) {
            throw failure;
        }
        return new Engine.Written(finished, prompt.length, reused, written);
    }
}
