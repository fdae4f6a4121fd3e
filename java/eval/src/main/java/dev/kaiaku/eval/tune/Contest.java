package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.eval.Ruler;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.samples.Sampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Runs that are compared on the same held-out replies, each with the contexts of its own rule, with intervals. The
 * replies may be of another part of the chat than the runs were chosen by.
 */
public final class Contest {
    private static final String FORM = "%-40s %-22s %-22s %-18s %-18s %-6s %s";

    private final HeldOut.Shared shared;
    private final Audition audition;
    private final int predicted;
    private final int heard;
    private final long seed;
    private final List<double[]> nats = new ArrayList<>();

    /**
     * Who is compared.
     *
     * @param run folder of a run
     * @param strength how much of its adapter is applied
     * @param sampling how its replies are drawn
     */
    public record Entrant(Path run, double strength, Sampler.Settings sampling) {
        @Override
        public String toString() {
            return run + "@" + strength + "@" + sampling.temperature() + "@" + sampling.minP();
        }
    }

    /**
     * How an entrant stands.
     *
     * @param nll -log p per byte of the replies
     * @param change of that against the first entrant, on the same replies: -0.05 is 5 % less
     */
    public record Standing(Entrant entrant, Interval nll, Interval change, Quality quality) {
        /** Heads of {@link #line}. */
        public static String heads() {
            return String.format(
                    Locale.ROOT,
                    FORM,
                    "run",
                    "NLL per byte",
                    "against the first, %",
                    "tone, %",
                    "sense, %",
                    "sound",
                    "score");
        }

        /** For a terminal. */
        public String line() {
            return String.format(
                    Locale.ROOT,
                    FORM,
                    entrant,
                    nll,
                    percent(change, 2),
                    percent(quality.style(), 0),
                    percent(quality.sense(), 0),
                    String.format(Locale.ROOT, "%.2f", quality.sound()),
                    String.format(Locale.ROOT, "%.3f", quality.score()));
        }

        private static String percent(Interval share, int decimals) {
            String form = "%." + decimals + "f";
            return String.format(
                    Locale.ROOT,
                    form + " [" + form + ", " + form + "]",
                    100 * share.value(),
                    100 * share.low(),
                    100 * share.high());
        }
    }

    /**
     * A contest on what two datasets of one chat hold out.
     *
     * @param block built by {@link ContextRule#BLOCK}
     * @param session built by {@link ContextRule#SESSION}
     * @param predicted replies that NLL is measured on, at the most
     * @param heard replies that are generated, at the most
     */
    public Contest(EvalData block, EvalData session, int predicted, int heard, long seed) {
        shared = HeldOut.shared(block, session);
        audition = new Audition(new Ruler(session), shared.session(), seed);
        this.predicted = predicted;
        this.heard = heard;
        this.seed = seed;
    }

    /** Replies that NLL is measured on. */
    public int replies() {
        return Math.min(predicted, shared.session().replies().size());
    }

    /** Measures an entrant; the first one is what the others are measured against. */
    public Standing measure(Entrant entrant, BaseModel base, Progress progress) {
        RunFile run = RunFile.read(entrant.run());
        boolean block = DatasetSummary.read(Path.of(run.data())).rule().equals(ContextRule.BLOCK.id());
        HeldOut prompts = block ? shared.block() : shared.session();
        HeldOut asked = prompts.thinned(predicted);
        int seqLen = run.options().data().seqLen(base.config().contextLength());
        try (Speaker model = Speaker.open(
                base,
                PeftAdapter.read(entrant.run().resolve("adapter")),
                run.options().compute(),
                progress)) {
            model.strength(entrant.strength());
            double[] mine = asked.nats(model, seqLen, progress);
            nats.add(mine);
            double[] first = nats.get(0);
            IntToDoubleFunction bytes = i -> HeldOut.bytes(asked.replies().get(i));
            return new Standing(
                    entrant,
                    ratio(i -> mine[i], bytes, 0, mine.length),
                    ratio(i -> mine[i], i -> first[i], -1, mine.length),
                    audition.hear(model, prompts, entrant.sampling(), heard, progress));
        }
    }

    /** Sum of one figure over the sum of another, plus a number. */
    private Interval ratio(IntToDoubleFunction above, IntToDoubleFunction below, double plus, int n) {
        return Interval.bootstrap(n, chosen -> sum(above, chosen) / sum(below, chosen) + plus, seed);
    }

    private static double sum(IntToDoubleFunction figure, int[] chosen) {
        return IntStream.of(chosen).mapToDouble(figure).sum();
    }
}
