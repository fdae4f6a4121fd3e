package dev.kaiaku.chat.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A sequence of a context: which tokens the context remembers of it, and the task that goes on with it. */
final class TokenSlot {
    private final int sequence;
    private int[] tokens = new int[256];
    private int length;
    private long lastUsed;
    private boolean stale;
    private @Nullable TokenTask task;
    private int nextToken;
    private int promptDone;

    TokenSlot(int sequence) {
        this.sequence = sequence;
    }

    int sequence() {
        return sequence;
    }

    @Nullable TokenTask task() {
        return task;
    }

    /** How many tokens are remembered. */
    int length() {
        return length;
    }

    long lastUsed() {
        return lastUsed;
    }

    /** How many tokens at the beginning of a prompt are remembered; never all of it, for the last one is computed. */
    int shared(int[] prompt) {
        int most = Math.min(length, prompt.length - 1);
        int mismatch = Arrays.mismatch(tokens, 0, most, prompt, 0, most);
        return mismatch < 0 ? most : mismatch;
    }

    /** Takes a task on; {@code kept} tokens of its prompt are remembered. */
    void start(TokenTask newTask, int kept, long now) {
        task = newTask;
        length = kept;
        promptDone = kept;
        lastUsed = now;
        newTask.reuse(kept);
    }

    /** Tokens of the prompt that are still to be computed. */
    int promptLeft() {
        return task == null ? 0 : task.promptTokens() - promptDone;
    }

    boolean writes() {
        return task != null && promptLeft() == 0;
    }

    /** The next token to compute, and remember. */
    int take() {
        int token = task != null && promptLeft() > 0 ? task.prompt()[promptDone++] : nextToken;
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
        return token;
    }

    /** The token that the model has drawn, to be computed next. */
    void drew(int token) {
        nextToken = token;
    }

    /** Lets go of the task. */
    void release() {
        task = null;
        if (stale) {
            forget(0);
            stale = false;
        }
    }

    /** What is remembered belongs to another strength of the adapter: of no use to the next task. */
    void becomeStale() {
        if (task == null) {
            forget(0);
        } else {
            stale = true;
        }
    }

    /** Remembers no more than so many tokens. */
    void forget(int from) {
        length = from;
    }
}
