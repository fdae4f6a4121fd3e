package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.libllama.LibllamaContext;
import dev.kaiaku.bindings.libllama.LibllamaModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The thread that computes: a step takes the next token of every reply that is being written and fills the batch with
 * tokens of new prompts. A step with a prompt is kept to about {@value #STEP_MILLIS} ms, so that the other replies go
 * on and a task that nobody wants any more is soon gone.
 */
final class TokenLoop {
    private static final int STEP_MILLIS = 500;
    private static final int LEAST_PROMPT = 32;

    private final LibllamaModel model;
    private final LibllamaContext context;
    private final int batchTokens;
    private final List<TokenSlot> slots;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Queue<TokenTask> waiting = new ArrayDeque<>();
    private final Thread thread;
    private int promptStep;
    private long clock;
    private boolean closed;

    TokenLoop(LibllamaModel model, LibllamaContext context, int slots, int batchTokens) {
        this.model = model;
        this.context = context;
        this.batchTokens = batchTokens;
        this.promptStep = batchTokens / 4;
        this.slots = IntStream.range(0, slots).mapToObj(TokenSlot::new).toList();
        this.thread = new Thread(this::run, "kaiaku-libllama");
        thread.setDaemon(true);
        thread.start();
    }

    /** Adds a task; it starts as soon as a slot is free, and the loop closes it when it has ended. */
    void submit(TokenTask task) {
        inbox.add(() -> waiting.add(task));
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

    /** Ends the thread. */
    void close() {
        inbox.add(() -> closed = true);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
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
            }
        }
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
        List<TokenSlot> sampled = new ArrayList<>();
        List<Integer> indices = new ArrayList<>();
        int count = 0;
        int promptTokens = 0;
        for (TokenSlot slot : slots) {
            if (slot.writes()) {
                sampled.add(slot);
                indices.add(count);
                put(count++, slot, true);
            }
        }
        for (TokenSlot slot : slots) {
            while (slot.promptLeft() > 0 && promptTokens < promptStep && count < batchTokens) {
                boolean last = slot.promptLeft() == 1;
                if (last) {
                    sampled.add(slot);
                    indices.add(count);
                }
                put(count++, slot, last);
                promptTokens++;
            }
        }
        if (count > 0) {
            long start = System.nanoTime();
            context.decode(count);
            adapt(promptTokens, System.nanoTime() - start);
            for (int i = 0; i < sampled.size(); i++) {
                draw(sampled.get(i), indices.get(i));
            }
        }
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
        if (model.isEnd(token) || !task.write(token)) {
            slot.release();
            task.end();
        }
    }

    /** Makes the next step's share of prompts larger or smaller, by the time that this one took. */
    private void adapt(int promptTokens, long nanos) {
        if (promptTokens >= promptStep) {
            double wanted = promptTokens * (STEP_MILLIS * 1e6 / Math.max(1, nanos));
            promptStep = (int) Math.max(LEAST_PROMPT, Math.min(batchTokens, wanted));
        }
    }

    private void failAll(RuntimeException e) {
        context.clear();
        for (TokenSlot slot : slots) {
            TokenTask task = slot.task();
            slot.release();
            slot.forget();
            if (task != null) {
                task.fail(e);
            }
        }
        waiting.forEach(task -> {
            task.close();
            task.fail(e);
        });
        waiting.clear();
    }
}
