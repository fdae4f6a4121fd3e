package dev.kaiaku.trainer.bench;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.samples.ReplyLoop;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Replies that grow together against replies one after another, on random weights in the sizes of SmolLM2-135M; all
 * of equal length, prompts included in the time.
 *
 * @param slots replies that grew together
 * @param together seconds of all replies
 * @param oneByOne seconds of the same replies in a single slot
 */
public record ReplyBench(int replies, int slots, double together, double oneByOne) {
    private static final int UNKNOWN_TOKEN = -2;

    /** How many times as fast. */
    public double speedup() {
        return oneByOne / together;
    }

    /**
     * Measures.
     *
     * @param replies of each way
     * @param slots replies that grow together
     * @param promptTokens of each prompt
     * @param replyTokens of each reply
     */
    public static ReplyBench run(int replies, int slots, int promptTokens, int replyTokens, Progress progress) {
        ComputeOptions compute = new ComputeOptions(Device.CPU, WeightsForm.BF16, ComputeForm.AUTO, 0, 0, 0);
        try (NativeModel model = RandomModel.create(RandomModel.config(WeightsForm.BF16, Device.CPU))) {
            int vocabulary = model.config().vocabSize();
            Random random = new Random(1);
            List<int[]> prompts = IntStream.range(0, replies)
                    .mapToObj(i -> random.ints(promptTokens, 0, vocabulary).toArray())
                    .toList();
            double together = seconds(model, compute, prompts, slots, replyTokens, progress);
            double oneByOne = seconds(model, compute, prompts, 1, replyTokens, progress);
            return new ReplyBench(replies, slots, together, oneByOne);
        }
    }

    private static double seconds(
            NativeModel model,
            ComputeOptions compute,
            List<int[]> prompts,
            int slots,
            int replyTokens,
            Progress progress) {
        NativeDecoder.Options options = new NativeDecoder.Options(
                slots,
                prompts.get(0).length + replyTokens,
                compute.resolvedThreads(),
                compute.resolvedCompute().nativeCompute());
        // Of random weights every token is about as likely; drawing from all of them would be what is measured.
        Sampler.Settings sampling = new Sampler.Settings(0, 1, 0);
        try (NativeDecoder decoder = NativeDecoder.create(model, null, options)) {
            // No token ends a reply, so that all are equally long.
            ReplyLoop loop = new ReplyLoop(
                    decoder,
                    model.config().vocabSize(),
                    UNKNOWN_TOKEN,
                    new ReplyLoop.Settings(sampling, replyTokens, slots, 1));
            loop.replies(prompts.subList(0, 1), Progress.NONE);
            long start = System.nanoTime();
            loop.replies(prompts, progress);
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
