package dev.kaiaku.trainer.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplyLoopTest {
    private static final int VOCABULARY = 300;
    private static final int MOST = 6;
    private static final int NO_END = -2;
    private static final ComputeOptions COMPUTE =
            new ComputeOptions(Device.CPU, WeightsForm.F32, ComputeForm.F32, 0, 0, 1);
    private static final Sampler.Settings LIKELIEST = new Sampler.Settings(0, 1, 0);

    /** Some begin alike, one is the beginning of another, one is there twice. */
    private static final List<int[]> PROMPTS = List.of(
            random(1, 30), continued(20), continued(30), random(2, 9), continued(12), random(1, 30), random(3, 1));

    @TempDir
    Path folder;

    @Test
    void repliesTogetherAreThoseOfEachAlone() {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.GEMMA3));
        try (BaseModel base = BaseModels.open(folder.resolve("base"));
                Speaker speaker = Speaker.open(base, null, COMPUTE, Progress.NONE)) {
            List<ReplyLoop.Grown> together = replies(speaker, 3, PROMPTS);
            for (int i = 0; i < PROMPTS.size(); i++) {
                ReplyLoop.Grown alone =
                        replies(speaker, 1, List.of(PROMPTS.get(i))).get(0);
                assertThat(together.get(i).tokens()).as("prompt " + i).isEqualTo(alone.tokens());
            }
        }
    }

    private static List<ReplyLoop.Grown> replies(Speaker speaker, int slots, List<int[]> prompts) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        try (NativeDecoder decoder = speaker.decoder(slots, longest + MOST)) {
            ReplyLoop.Settings settings = new ReplyLoop.Settings(LIKELIEST, MOST, slots, 1);
            return new ReplyLoop(decoder, speaker.base().config().vocabSize(), NO_END, settings)
                    .replies(prompts, Progress.NONE);
        }
    }

    private static int[] random(long seed, int length) {
        return new Random(seed).ints(length, 0, VOCABULARY).toArray();
    }

    /** The first tokens of the first prompt, and five others. */
    private static int[] continued(int length) {
        return IntStream.concat(IntStream.of(random(1, length)), IntStream.of(random(length, 5)))
                .toArray();
    }
}
