package dev.kaiaku.trainer.samples;

import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import java.util.ArrayList;
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
        ReplyLoop loop = new ReplyLoop(
                decoder, vocabSize, end, new ReplyLoop.Settings(SAMPLING, MOST_NEW_TOKENS, prompts.size(), seed));
        List<ReplyLoop.Grown> replies =
                loop.replies(prompts.stream().map(Prompt::tokens).toList(), Progress.NONE);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            samples.add(new Sample(
                    prompts.get(i).text(),
                    base.tokenizer().decode(replies.get(i).tokens())));
        }
        return samples;
    }
}
