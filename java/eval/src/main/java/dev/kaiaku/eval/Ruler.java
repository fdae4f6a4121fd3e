package dev.kaiaku.eval;

import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.coherence.CoherenceScores;
import dev.kaiaku.eval.copies.Memorisation;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.degeneration.Diversity;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.profile.SurfaceProfile;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Words;
import dev.kaiaku.eval.style.BurrowsDelta;
import dev.kaiaku.eval.style.StyleScores;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every measure, set up once for a data set and put to one speaker after another. Deterministic. */
public final class Ruler {
    /** Held-out replies below which figures are noise. */
    public static final int FEWEST_REPLIES = 75;

    private static final List<Integer> POOLS = List.of(1, 5, 20);

    private final EvalData data;
    private final StyleScores style;
    private final SurfaceProfile surface;
    private final BurrowsDelta delta;
    private final Coherence coherence;
    private final Memorisation memorisation;
    private final int vocabulary;

    public Ruler(EvalData data) {
        this.data = data;
        style = new StyleScores(data);
        surface = SurfaceProfile.of(data.heldOut());
        delta = new BurrowsDelta(Stream.concat(
                        messages(data.learned()).stream(),
                        data.others().stream().map(Line::text))
                .toList());
        coherence = new Coherence(data);
        memorisation = new Memorisation(data.learned(), data.heldOut());
        vocabulary = (int) data.learned().stream()
                .flatMap(reply -> Words.of(reply.text()).stream())
                .distinct()
                .count();
    }

    /** How much sense replies make; learned from the data set. */
    public Coherence coherence() {
        return coherence;
    }

    /** Why the data set can't be judged by, one sentence each; empty where it can. */
    public List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        if (data.heldOut().size() < FEWEST_REPLIES) {
            doubts.add(data.heldOut().size() + " replies are held out; below " + FEWEST_REPLIES
                    + " the figures are noise. Build the data set with a larger --validation, or from more messages.");
        }
        if (!style.usable()) {
            doubts.add("Nobody else wrote enough to compare the persona's style with.");
        }
        if (surface.rates().getOrDefault(SurfaceProfile.LINK_ONLY, 0.0) > 0.5) {
            doubts.add("The persona mostly sends links; there is little style to measure.");
        }
        return doubts;
    }

    /**
     * Measures replies.
     *
     * @param asked the held-out replies whose contexts were answered
     * @param answers one for each
     */
    public Scores measure(String speaker, List<Reply> asked, List<Generated> answers) {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            replies.add(asked.get(i).withText(answers.get(i).text()));
        }
        List<String> texts = answers.stream().map(Generated::text).toList();
        List<Boolean> finished = answers.stream().map(Generated::finished).toList();
        int messages = messages(replies).size();
        Memorisation.Found found = memorisation.find(replies);
        return new Scores(
                speaker,
                POOLS.stream()
                        .filter(pool -> messages >= pool && style.usable())
                        .map(pool -> style.of(replies, pool))
                        .toList(),
                surface.distance(SurfaceProfile.of(replies)),
                delta.between(messages(replies), messages(data.heldOut())),
                CoherenceScores.of(coherence, asked, replies),
                Diversity.of(texts, vocabulary),
                Faults.of(texts, finished),
                Interval.wilson(found.withRun().size(), replies.size()),
                Interval.wilson(found.wholeCopies().size(), replies.size()),
                Leaks.in(replies));
    }

    /** The person's own replies, measured like a model's: what a perfect persona would score. */
    public Scores person(List<Reply> asked) {
        return measure(
                data.persona() + ", really",
                asked,
                asked.stream()
                        .map(reply -> new Generated(reply.text(), 0, true))
                        .toList());
    }

    /** Surface distance between the two halves of the person's held-out replies: what no persona can go below. */
    public double surfaceFloor() {
        int half = data.heldOut().size() / 2;
        return SurfaceProfile.of(data.heldOut().subList(0, half))
                .distance(SurfaceProfile.of(
                        data.heldOut().subList(half, data.heldOut().size())));
    }

    private static List<String> messages(List<Reply> replies) {
        return replies.stream().flatMap(reply -> reply.messages().stream()).toList();
    }
}
