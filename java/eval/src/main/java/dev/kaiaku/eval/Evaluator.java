package dev.kaiaku.eval;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.canary.Canary;
import dev.kaiaku.eval.copies.Exposure;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.EngineReplies;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.generate.Generator;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.judgement.ContextCheck;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Examples;
import dev.kaiaku.trainer.samples.ReplyLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation from the data set to the scores: lets everybody answer held-out contexts, and measures what they say.
 * The same data, model and seed give the same scores. Not thread-safe.
 */
public final class Evaluator {
    /** Tokens of held-out conversations that are predicted, at the most; of longer ones a part that lies evenly. */
    private static final int HELD_OUT_TOKENS = 8_192;

    /** Tokens of replies that are predicted in another context, at the most. */
    private static final int PAIR_TOKENS = 4_096;

    private final Path folder;
    private final EvalData data;
    private final Speakers speakers;
    private final Ruler ruler;
    private final long seed;
    private final Progress progress;
    private final List<Scores> scores = new ArrayList<>();
    private List<Generated> answers = List.of();
    private List<Exposure> exposures = List.of();

    /**
     * Of a data set.
     *
     * @param replies of each speaker
     */
    public Evaluator(Path folder, int replies, long seed, Progress progress) {
        this.folder = folder;
        this.seed = seed;
        this.progress = progress;
        data = EvalData.read(folder);
        speakers = new Speakers(data, replies, seed);
        ruler = new Ruler(data);
    }

    /** Whether there is anything to answer. */
    public boolean canAsk() {
        return !speakers.asked().isEmpty();
    }

    /** The held-out replies whose contexts are answered. */
    public List<Reply> asked() {
        return speakers.asked();
    }

    /** The persona's replies, one for each of {@link #asked}. */
    public List<Generated> answers() {
        return answers;
    }

    /** Name of the persona. */
    public String persona() {
        return data.persona();
    }

    /** Lets a model in the trainer answer. */
    public void answer(Speaker model) {
        answers = speakers.persona(generator(model, true), progress);
    }

    /** Lets an exported file answer, as people get it in a chat. */
    public void answer(Persona persona) {
        ChatOptions options = ChatOptions.defaults().withMaxTokens(settings().maxTokens());
        answers = EngineReplies.of(
                persona, speakers.asked(), options.withSeed((int) (seed & Integer.MAX_VALUE)), progress);
    }

    /** Measures the persona's replies and the person's. */
    public void measure() {
        scores.add(ruler.measure(data.persona() + ", the persona", speakers.asked(), answers));
        scores.add(ruler.person(speakers.asked()));
    }

    /** Measures what a persona has to be better than, and can be without any model. */
    public void measureSimple() {
        scores.add(ruler.measure("any real reply", speakers.asked(), speakers.anyReply()));
        scores.add(ruler.measure("Markov chain", speakers.asked(), speakers.markovChain()));
    }

    /**
     * Measures the base that was trained: told whom to be, and shown three replies too.
     *
     * @param prediction of the base, or null where nothing was predicted
     */
    public void measureBase(Speaker model, @Nullable Prediction prediction) {
        Generator generator = generator(model, false);
        Scores told = ruler.measure("the base, told who", speakers.asked(), speakers.told(generator, progress));
        scores.add(prediction == null ? told : told.with(prediction));
        scores.add(ruler.measure("the base, shown three", speakers.asked(), speakers.shown(generator, progress)));
    }

    /** Adds what the persona's model predicts to its scores. */
    public void predicted(Prediction prediction) {
        scores.set(0, scores.get(0).with(prediction));
    }

    /** What there is to predict, as a base's tokeniser reads it. */
    public Prediction.HeldOut heldOut(BaseModel base, int seqLen) {
        List<Conversation> held = ConversationFile.read(folder.resolve(DatasetBuilder.VALIDATION));
        ContextCheck.Pairs pairs = ContextCheck.pairs(held, seed);
        List<EncodedConversation> real = encoded(pairs.real(), base, seqLen);
        List<EncodedConversation> shuffled = encoded(pairs.shuffled(), base, seqLen);
        int count = 0;
        for (int tokens = 0; count < real.size() && tokens < PAIR_TOKENS; count++) {
            tokens += real.get(count).tokens().length;
        }
        return new Prediction.HeldOut(
                Evaluation.thinned(encoded(held, base, seqLen), HELD_OUT_TOKENS),
                real.subList(0, count),
                shuffled.subList(0, count));
    }

    /**
     * Looks how well a model knows the data set's canaries.
     *
     * @param nll gives the sum of -log p over the targets of each sample
     */
    public void expose(BaseModel base, int seqLen, Function<List<EncodedConversation>, double[]> nll) {
        List<Canary> canaries = Canary.read(folder);
        if (!canaries.isEmpty()) {
            exposures = Exposure.of(
                    canaries,
                    DatasetSummary.read(folder).system(),
                    samples -> nll.apply(encoded(samples, base, seqLen)));
        }
    }

    /**
     * All that was measured.
     *
     * @param model name of what answered
     */
    public Evaluated evaluated(String model) {
        ReplyLoop.Settings settings = settings();
        String how = model + ": " + speakers.asked().size() + " replies to held-out messages, temperature "
                + settings.sampling().temperature() + ", seed " + seed + ".";
        return new Evaluated(how, ruler.doubts(), scores, exposures);
    }

    /** Writes the page. */
    public void report(Evaluated evaluated, Path file) {
        new EvalReport(data, ruler, evaluated).write(file, speakers.asked(), answers);
    }

    private Generator generator(Speaker model, boolean useAdapter) {
        return new Generator(model, useAdapter, settings());
    }

    private ReplyLoop.Settings settings() {
        return Generator.defaults(seed);
    }

    private List<EncodedConversation> encoded(List<Conversation> conversations, BaseModel base, int seqLen) {
        return Examples.of(conversations, base, seqLen, progress).list().stream()
                .map(Example::encoded)
                .toList();
    }
}
