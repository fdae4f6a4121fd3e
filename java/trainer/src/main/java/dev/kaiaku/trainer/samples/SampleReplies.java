package dev.kaiaku.trainer.samples;

import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replies to the same prompts at different moments of a run; their random numbers are nobody else's. */
public final class SampleReplies {
    private static final int MOST_NEW_TOKENS = 48;
    private static final Sampler.Settings SAMPLING = new Sampler.Settings(0.8, 0.95, 0);

    private static final long SLOT_TOKENS = Prompt.MOST_TOKENS + MOST_NEW_TOKENS;
    /** Tokens of a prompt that the decoder runs at once. */
    private static final int PIECE = 256;

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
     * Memory of the decoder that replies, at the most.
     *
     * @param trainer options of the trainer beside it
     */
    public static long decoderBytes(NativeModelConfig model, NativeTrainerOptions trainer) {
        long typeBytes = trainer.compute() == NativeCompute.BF16 ? Short.BYTES : Float.BYTES;
        long cached = 2L * model.layers() * model.kvHeads() * model.headDim() * typeBytes;
        NativeMemory pass = NativeMemory.plan(
                model,
                trainer.toBuilder()
                        .maxTokens(PIECE)
                        .keptLayers(0)
                        .offload(false)
                        .cachedLayers(0)
                        .build());
        // It keeps the input of one layer only.
        long otherInputs = (model.layers() - 1L) * PIECE * model.hiddenSize() * Float.BYTES;
        return Prompt.COUNT * SLOT_TOKENS * cached + pass.workspace() + pass.activations() - otherInputs;
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
        NativeDecoder.Options options = new NativeDecoder.Options(prompts.size(), (int) SLOT_TOKENS, threads, compute);
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
