package dev.kaiaku.trainer.samples;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.dataset.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Replies to many prompts at once: as many as there are slots grow together, and where one ends the next begins.
 * Each draws from random numbers of its own, so that the order doesn't matter. Not thread-safe.
 */
public final class ReplyLoop {
    private final NativeDecoder decoder;
    private final SharedPrompts prompts;
    private final int vocabSize;
    private final int end;
    private final Settings settings;

    /**
     * How replies are made.
     *
     * @param maxTokens longest reply
     * @param slots replies that grow together, at least one
     * @param seed of the first prompt; the others count up
     */
    public record Settings(Sampler.Settings sampling, int maxTokens, int slots, long seed) {}

    /**
     * The tokens of a reply, its end not among them.
     *
     * @param finished whether it ended by itself, and not by the limit of tokens
     */
    public record Grown(int[] tokens, boolean finished) {}

    /** A reply that grows in a slot. */
    private final class Growing {
        private final int index;
        private final Sampler sampler;
        private final int[] tokens = new int[settings.maxTokens()];
        private int length;
        private int next;

        Growing(int index, int slot, int[] prompt) {
            this.index = index;
            sampler = new Sampler(settings.sampling(), settings.seed() + index);
            next = sampler.draw(prompts.prefill(slot, prompt), 0, vocabSize);
        }

        /** Takes its next token in; false where there was none, or no room for more. */
        boolean grow() {
            if (next == end || next == Sampler.NONE) {
                return false;
            }
            tokens[length++] = next;
            return length < tokens.length;
        }

        Grown grown() {
            return new Grown(Arrays.copyOf(tokens, length), next == end);
        }
    }

    /**
     * A loop on a new decoder of as many slots as {@code settings} says, each with room for a prompt and its reply;
     * what the adapter is must not change while the loop is in use.
     *
     * @param end the token that ends a reply
     */
    public ReplyLoop(NativeDecoder decoder, int vocabSize, int end, Settings settings) {
        this.decoder = decoder;
        prompts = new SharedPrompts(decoder, settings.slots());
        this.vocabSize = vocabSize;
        this.end = end;
        this.settings = settings;
    }

    /** One reply to each prompt, in their order. */
    public List<Grown> replies(List<int[]> asked, Progress progress) {
        Grown[] replies = new Grown[asked.size()];
        Growing[] growing = new Growing[settings.slots()];
        int begun = 0;
        int done = 0;
        while (done < replies.length) {
            for (int slot = 0; slot < growing.length && begun < replies.length; slot++) {
                if (growing[slot] == null) {
                    growing[slot] = new Growing(begun, slot, asked.get(begun));
                    begun++;
                }
            }
            done += step(growing, replies);
            progress.report("generating", done, replies.length);
        }
        return Arrays.asList(replies);
    }

    /** Adds a token to every open reply; returns how many ended. */
    private int step(Growing[] growing, Grown[] replies) {
        int ended = 0;
        List<Integer> open = new ArrayList<>();
        for (int slot = 0; slot < growing.length; slot++) {
            Growing reply = growing[slot];
            if (reply == null) {
                continue;
            }
            if (reply.grow()) {
                open.add(slot);
            } else {
                replies[reply.index] = reply.grown();
                growing[slot] = null;
                ended++;
            }
        }
        if (!open.isEmpty()) {
            int[] slots = open.stream().mapToInt(Integer::intValue).toArray();
            int[] tokens = open.stream().mapToInt(slot -> growing[slot].next).toArray();
            float[] logits = decoder.step(slots, tokens);
            // Each draws from random numbers of its own.
            IntStream.range(0, slots.length).parallel().forEach(i -> {
                Growing reply = growing[slots[i]];
                reply.next = reply.sampler.draw(logits, i * vocabSize, vocabSize);
            });
        }
        return ended;
    }
}
