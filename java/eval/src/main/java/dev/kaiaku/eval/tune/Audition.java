package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.eval.Ruler;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.generate.Generator;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.samples.ReplyLoop;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.List;

/**
 * Lets models answer held-out contexts and measures what they say. However little of a context a model is shown, its
 * replies are measured against the longest that is known. Deterministic with its seed.
 */
final class Audition {
    private final Ruler ruler;
    private final HeldOut measured;
    private final long seed;

    /**
     * An audition on some replies.
     *
     * @param ruler of the dataset that {@code measured} is from
     */
    Audition(Ruler ruler, HeldOut measured, long seed) {
        this.ruler = ruler;
        this.measured = measured;
        this.seed = seed;
    }

    /** Tone, sense and soundness of a model's replies, whose prompts are those of the same replies in its dataset. */
    Quality hear(Speaker model, HeldOut prompts, Sampler.Settings sampling, int replies, Progress progress) {
        List<Reply> asked = measured.thinned(replies).replies();
        ReplyLoop.Settings usual = Generator.defaults(seed);
        Generator generator =
                new Generator(model, new ReplyLoop.Settings(sampling, usual.maxTokens(), usual.slots(), usual.seed()));
        List<Conversation> contexts =
                prompts.thinned(replies).replies().stream().map(Reply::prompt).toList();
        List<Generated> answers = generator.replies(contexts, progress);
        return Quality.of(ruler.measure("candidate", asked, answers));
    }
}
