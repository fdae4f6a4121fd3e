package dev.kaiaku.trainer.samples;

import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.model.base.BaseModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replies to the same prompts at different moments of a run; their random numbers are nobody else's. */
public final class SampleReplies {
    private static final int MOST_NEW_TOKENS = 48;
    private static final Sampler.Settings SAMPLING = new Sampler.Settings(0.8, 0.95, 0);

    private final BaseModel base;
    private final List<Prompt> prompts;
    private final int threads;
    private final NativeCompute compute;
    private final long seed;

    public SampleReplies(BaseModel base, List<Prompt> prompts, int threads, NativeCompute compute, long seed) {
        this.base = base;
        this.prompts = List.copyOf(prompts);
        this.threads = threads;
        this.compute = compute;
        this.seed = seed;
    }

    /**
     * What was said to it, and what it says.
     *
     * @param prompt as in the data
     */
    public record Sample(String prompt, String reply) {}

    /**
     * Replies to all prompts at once.
     *
     * @param trainer whose adapter speaks; null: the base
     */
    public List<Sample> reply(NativeModel model, @Nullable NativeTrainer trainer) {
        if (prompts.isEmpty()) {
            return List.of();
        }
        NativeDecoder.Options options =
                new NativeDecoder.Options(prompts.size(), Prompt.MOST_TOKENS + MOST_NEW_TOKENS, threads, compute);
        try (NativeDecoder decoder = NativeDecoder.create(model, trainer, options)) {
            return reply(decoder, model.config().vocabSize());
        }
    }

    private List<Sample> reply(NativeDecoder decoder, int vocabSize) {
        int end = base.tokenizer().controlId(base.chatFormat().endOfTurn()).orElseThrow();
        List<Sampler> samplers = new ArrayList<>();
        int[][] replies = new int[prompts.size()][0];
        int[] slots = new int[prompts.size()];
        int[] next = new int[prompts.size()];
        for (int i = 0; i < slots.length; i++) {
            Sampler sampler = new Sampler(SAMPLING, seed + i);
            samplers.add(sampler);
            slots[i] = i;
            next[i] = sampler.draw(decoder.prefill(i, prompts.get(i).tokens()), 0, vocabSize);
        }
        for (int count = 1; slots.length > 0; count++) {
            int open = 0;
            for (int i = 0; i < slots.length; i++) {
                if (next[i] != Sampler.NONE && next[i] != end) {
                    int[] reply = replies[slots[i]];
                    replies[slots[i]] = Arrays.copyOf(reply, reply.length + 1);
                    replies[slots[i]][reply.length] = next[i];
                    slots[open] = slots[i];
                    next[open++] = next[i];
                }
            }
            slots = Arrays.copyOf(slots, count < MOST_NEW_TOKENS ? open : 0);
            next = Arrays.copyOf(next, slots.length);
            if (slots.length > 0) {
                float[] logits = decoder.step(slots, next);
                for (int i = 0; i < slots.length; i++) {
                    next[i] = samplers.get(slots[i]).draw(logits, i * vocabSize, vocabSize);
                }
            }
        }
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            samples.add(new Sample(prompts.get(i).text(), base.tokenizer().decode(replies[i])));
        }
        return samples;
    }
}
