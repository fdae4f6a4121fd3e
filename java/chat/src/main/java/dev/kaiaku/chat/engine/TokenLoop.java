package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.libllama.LibllamaContext;
import dev.kaiaku.bindings.libllama.LibllamaModel;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the thread that computes does: in turns the next token of every reply that is being written, which it hands on
 * itself (waking another thread for each token costs more than the rest of a token's Java), and a step of one new prompt.
 * Steps end at multiples of a number of tokens and hold nothing else: where a prompt is cut shows in the last bits of
 * what follows, so that it depends on nothing but the prompt. A prompt that nobody wants any more is given up within its
 * step.
 */
final class TokenLoop {
    private final LibllamaModel model;
    private final LibllamaContext context;
    private final int promptStep;
    private final List<TokenSlot> slots;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Queue<TokenTask> waiting = new ArrayDeque<>();
    private int turn;
    private long clock;
    /** Whose prompt is being computed; guarded by this. */
    private @Nullable TokenTask reading;

    private boolean closed;

    /** @param promptStep tokens of a step, at most what a batch of the context may have */
    TokenLoop(LibllamaModel model, LibllamaContext context, int slots, int promptStep) {
        this.model = model;
        this.context = context;
        this.promptStep = promptStep;
        this.slots = IntStream.range(0, slots).mapToObj(TokenSlot::new).toList();
    }

    /** Adds a task, which starts as soon as a slot is free, and waits until it is over. By any thread but the loop's. */
    Engine.Written write(TokenTask task) {
        inbox.add(() -> waiting.add(task));
        boolean interrupted = false;
        while (true) {
            try {
                if (task.endsSoon()) {
                    break;
                }
                if (!task.wanted()) {
                    cancel(task);
                }
            } catch (InterruptedException e) {
                interrupted = true;
                cancel(task);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        }
        return task.result();
    }

    /** Gives a task up: at once where its prompt is being computed, else before the next step. */
    private synchronized void cancel(TokenTask task) {
        task.cancel();
        if (reading == task) {
            context.abort(true);
        }
    }

    /** Changes the strength of the adapter between two steps; returns when that is done. */
    void strength(double factor) {
        CompletableFuture.runAsync(
                        () -> {
                            context.strength(factor);
                            slots.forEach(TokenSlot::becomeStale);
                        },
                        inbox::add)
                .join();
    }

    /** Has {@link #run} return. */
    void close() {
        inbox.add(() -> closed = true);
    }

    /** Works until {@link #close}. */
    void run() {
        try {
            while (!closed) {
                readInbox();
                releaseCancelled();
                startWaiting();
                try {
                    step();
                } catch (RuntimeException e) {
                    failAll(e);
                }
            }
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it.
            Thread.currentThread().interrupt();
        }
        failAll(new IllegalStateException("the engine is closed"));
    }

    private void readInbox() throws InterruptedException {
        boolean idle = waiting.isEmpty() && slots.stream().allMatch(slot -> slot.task() == null);
        @Nullable Runnable command = idle ? inbox.take() : inbox.poll();
        while (command != null) {
            command.run();
            command = inbox.poll();
        }
    }

    private void releaseCancelled() {
        for (TokenSlot slot : slots) {
            TokenTask task = slot.task();
            if (task != null && task.cancelled()) {
                slot.release();
                task.end(false);
            }
        }
        waiting.removeIf(task -> {
            if (task.cancelled()) {
                task.end(false);
            }
            return task.cancelled();
        });
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && slots.stream().anyMatch(slot -> slot.task() == null)) {
            TokenTask task = waiting.remove();
            TokenSlot slot = slotFor(task.prompt());
            int kept = slot.shared(task.prompt());
            if (!context.forget(slot.sequence(), kept)) {
                kept = 0;
                context.forget(slot.sequence(), 0);
            }
            slot.start(task, kept, ++clock);
        }
    }

    /** The free slot that saves most computing, what it would forget counted against it; else the oldest one. */
    private TokenSlot slotFor(int[] prompt) {
        List<TokenSlot> free =
                slots.stream().filter(slot -> slot.task() == null).toList();
        TokenSlot best = free.stream()
                .max(Comparator.comparingInt(slot -> gain(slot, prompt)))
                .orElseThrow();
        return gain(best, prompt) > 0
                ? best
                : free.stream()
                        .min(Comparator.comparingLong(TokenSlot::lastUsed))
                        .orElseThrow();
    }

    private static int gain(TokenSlot slot, int[] prompt) {
        return 2 * slot.shared(prompt) - slot.length();
    }

    private void step() {
        writeTokens();
        readPrompt();
    }

    private void writeTokens() {
        List<TokenSlot> writing = slots.stream().filter(TokenSlot::writes).toList();
        for (int i = 0; i < writing.size(); i++) {
            put(i, writing.get(i), true);
        }
        if (!writing.isEmpty()) {
            context.decode(writing.size());
        }
        for (int i = 0; i < writing.size(); i++) {
            draw(writing.get(i), i);
        }
    }

    private void readPrompt() {
        @Nullable TokenSlot slot = nextToRead();
        if (slot == null || !begin(slot.task())) {
            return;
        }
        int length = slot.length();
        int count = Math.min(slot.promptLeft(), promptStep - length % promptStep);
        boolean last = count == slot.promptLeft();
        for (int i = 0; i < count; i++) {
            put(i, slot, last && i == count - 1);
        }
        boolean whole;
        try {
            whole = context.decode(count);
        } finally {
            end();
        }
        if (!whole) {
            slot.forget(length);
        } else if (last) {
            draw(slot, count - 1);
        }
    }

    /** Of the slots with a prompt to compute the one whose turn it is. */
    private @Nullable TokenSlot nextToRead() {
        for (int i = 0; i < slots.size(); i++) {
            turn = (turn + 1) % slots.size();
            if (slots.get(turn).promptLeft() > 0) {
                return slots.get(turn);
            }
        }
        return null;
    }

    /** False where nobody wants the prompt any more. */
    private synchronized boolean begin(@Nullable TokenTask task) {
        reading = task == null || task.cancelled() ? null : task;
        return reading != null;
    }

    private synchronized void end() {
        reading = null;
        context.abort(false);
    }

    private void put(int index, TokenSlot slot, boolean wanted) {
        int position = slot.length();
        context.put(index, slot.take(), position, slot.sequence(), wanted);
    }

    private void draw(TokenSlot slot, int index) {
        TokenTask task = slot.task();
        if (task == null) {
            return;
        }
        int token = context.sample(task.sampler(), index);
        slot.drew(token);
        boolean ends = model.isEnd(token);
        if (ends || !task.write(model.bytes(token))) {
            slot.release();
            task.end(ends);
        }
    }

    private void failAll(RuntimeException e) {
        context.clear();
        for (TokenSlot slot : slots) {
            TokenTask task = slot.task();
            slot.release();
            slot.forget(0);
            if (task != null) {
                task.fail(e);
            }
        }
        waiting.forEach(task -> task.fail(e));
        waiting.clear();
    }
}
