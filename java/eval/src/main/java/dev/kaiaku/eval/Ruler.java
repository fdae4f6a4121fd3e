package dev.kaiaku.eval;

import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.coherence.CoherenceScores;
import dev.kaiaku.eval.coherence.Echo;
import dev.kaiaku.eval.copies.Memorisation;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.degeneration.Diversity;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.degeneration.Languages;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.leak.RareNames;
import dev.kaiaku.eval.profile.SurfaceProfile;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import dev.kaiaku.eval.score.Words;
import dev.kaiaku.eval.style.BurrowsDelta;
import dev.kaiaku.eval.style.StyleScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every measure, set up once for a data set and put to one speaker after another. Deterministic. */
public final class Ruler {
    /** Held-out replies below which figures are noise. */
    public static final int FEWEST_REPLIES = 75;

    private static final List<Integer> POOLS = List.of(1, 5, 20);
    private static final Map<Integer, Figure> STYLE = Map.of(1, Figure.STYLE_1, 5, Figure.STYLE_5, 20, Figure.STYLE_20);
    private static final double MOSTLY = 0.5;
    private static final int FEWEST_MESSAGES = 20;
    private static final long SEED = 5;

    private final EvalData data;
    private final StyleScores style;
    private final SurfaceProfile surface;
    private final BurrowsDelta delta;
    private final Coherence coherence;
    private final Memorisation memorisation;
    private final RareNames names;
    private final Languages languages;
    private final List<List<Reply>> members;
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
        names = new RareNames(data);
        languages = new Languages(data.learned());
        members = data.laterMembers(FEWEST_MESSAGES);
        vocabulary = (int) data.learned().stream()
                .flatMap(reply -> Words.of(reply.text()).stream())
                .distinct()
                .count();
    }

    /** How much sense replies make; learned from the data set. */
    public Coherence coherence() {
        return coherence;
    }

    /** Whether replies sound like the person. */
    public StyleScores style() {
        return style;
    }

    /** The surface of the person's held-out replies. */
    public SurfaceProfile surface() {
        return surface;
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
        if (surface.rate(SurfaceProfile.LINK_ONLY).value() > MOSTLY) {
            doubts.add("The persona mostly sends links; there is little style to measure.");
        }
        List<Reply> answering = data.answering();
        if (answering.isEmpty()) {
            doubts.add("None of the replies held out answers anybody.");
        } else if (CoherenceScores.of(coherence, answering, answering).gain().ceiling() <= 0) {
            doubts.add("The person's own replies fit their context no more than chance; sense can't be measured.");
        }
        return doubts;
    }

    /**
     * Measures replies.
     *
     * @param asked the held-out replies whose contexts were answered, at least one
     * @param answers one for each
     */
    public Scores measure(String speaker, List<Reply> asked, List<Generated> answers) {
        List<Reply> replies = made(asked, answers);
        int messages = messages(replies).size();
        List<StyleScores.Score> tone = POOLS.stream()
                .filter(pool -> messages >= pool && style.usable())
                .map(pool -> style.of(replies, pool))
                .toList();
        CoherenceScores sense = CoherenceScores.of(coherence, asked, replies);
        Map<Figure, Measured> figures = new EnumMap<>(Figure.class);
        tone.forEach(score -> figures.put(STYLE.get(score.pool()), score.measured()));
        figures.put(
                Figure.SURFACE,
                new Measured(
                        surface.distance(replies, SEED),
                        ofMembers(member -> surface.distance(SurfaceProfile.of(member))),
                        surfaceFloor()));
        if (delta.enough(messages(replies)) && delta.enough(messages(data.heldOut()))) {
            figures.put(Figure.DELTA, delta(replies));
        }
        figures.put(Figure.COHERENCE, sense.gain());
        figures.put(Figure.ECHO, echo(asked, replies));
        figures.put(
                Figure.DISTINCT_WORDS,
                varied(
                        texts(replies),
                        texts(asked),
                        some -> Diversity.of(some, vocabulary).distinctWords()));
        figures.put(
                Figure.DISTINCT_PAIRS,
                varied(
                        texts(replies),
                        texts(asked),
                        some -> Diversity.of(some, vocabulary).distinctPairs()));
        Map<Figure, Double> person = shares(asked, asWritten(asked));
        shares(replies, answers).forEach((figure, share) -> {
            Interval value = Interval.wilson(Math.round(share * replies.size()), replies.size());
            figures.put(figure, new Measured(value, 1, person.getOrDefault(figure, 0.0)));
        });
        return new Scores(speaker, replies.size(), tone, sense, figures);
    }

    /** The person's own replies, measured like a model's: what a perfect persona would score. */
    public Scores person(List<Reply> asked) {
        return measure(data.persona() + ", really", asked, asWritten(asked));
    }

    /** What is wrong with a reply, a few words each; empty for most. */
    public List<String> faults(Reply asked, Generated answer) {
        Reply reply = asked.withText(answer.text());
        List<String> faults = new ArrayList<>();
        Leaks leaks = Leaks.in(List.of(reply));
        if (leaks.replies() > 0) {
            faults.add("personal data " + leaks.types().keySet());
        }
        if (!names.in(reply).isEmpty()) {
            faults.add("rare name " + names.in(reply));
        }
        @Nullable String run = memorisation.run(reply);
        if (run != null) {
            faults.add("copied: “" + run + "”");
        }
        if (Faults.speaksForOthers(answer)) {
            faults.add("speaks for others");
        }
        if (Faults.showsControlText(answer)) {
            faults.add("control text");
        }
        if (!answer.finished()) {
            faults.add("cut off");
        }
        if (answer.text().isBlank()) {
            faults.add("empty");
        }
        if (languages.foreign(answer.text())) {
            faults.add("other language");
        }
        return faults;
    }

    /** Surface distance between the two halves of the person's held-out replies: what no persona can go below. */
    public double surfaceFloor() {
        int half = data.heldOut().size() / 2;
        return SurfaceProfile.of(data.heldOut().subList(0, half))
                .distance(SurfaceProfile.of(
                        data.heldOut().subList(half, data.heldOut().size())));
    }

    private Measured delta(List<Reply> replies) {
        List<String> person = messages(data.heldOut());
        int half = person.size() / 2;
        return new Measured(
                delta.interval(messages(replies), person, SEED),
                ofMembers(member -> delta.between(messages(member), person)),
                delta.between(person.subList(0, half), person.subList(half, person.size())));
    }

    private static Measured echo(List<Reply> asked, List<Reply> replies) {
        double[] runs = Echo.real(replies);
        return new Measured(
                Interval.bootstrap(
                        runs.length,
                        chosen -> Arrays.stream(chosen)
                                .mapToDouble(i -> runs[i])
                                .average()
                                .orElse(0),
                        SEED),
                Arrays.stream(Echo.shuffled(asked)).average().orElse(0),
                Arrays.stream(Echo.real(asked)).average().orElse(0));
    }

    private static Measured varied(List<String> texts, List<String> person, ToDoubleFunction<List<String>> variety) {
        Interval value = Interval.halves(
                texts.size(),
                chosen -> variety.applyAsDouble(
                        Arrays.stream(chosen).mapToObj(texts::get).toList()),
                SEED);
        return new Measured(value, 0, variety.applyAsDouble(person));
    }

    private Map<Figure, Double> shares(List<Reply> replies, List<Generated> answers) {
        double n = replies.size();
        Diversity diversity = Diversity.of(texts(replies), vocabulary);
        Faults faults = Faults.of(answers);
        Memorisation.Found found = memorisation.find(replies);
        Map<Figure, Double> shares = new EnumMap<>(Figure.class);
        shares.put(Figure.IDENTICAL, diversity.identical());
        shares.put(Figure.TOP_TEN, diversity.topTen());
        shares.put(Figure.REPEATING, diversity.repeating());
        shares.put(Figure.COPIED_RUNS, found.withRun().size() / n);
        shares.put(Figure.WHOLE_COPIES, found.wholeCopies().size() / n);
        shares.put(Figure.PERSONAL_DATA, Leaks.in(replies).replies() / n);
        shares.put(Figure.RARE_NAMES, names.leaking(replies) / n);
        shares.put(Figure.UNFINISHED, faults.unfinished());
        shares.put(Figure.EMPTY, faults.empty());
        shares.put(Figure.FOREIGN_SPEAKER, faults.foreignSpeaker());
        shares.put(Figure.CONTROL_TEXT, faults.controlText());
        shares.put(
                Figure.OTHER_LANGUAGE,
                replies.stream()
                                .filter(reply -> languages.foreign(reply.text()))
                                .count()
                        / n);
        return shares;
    }

    private double ofMembers(ToDoubleFunction<List<Reply>> figure) {
        return members.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    /** The contexts of {@code asked} with other answers. */
    static List<Reply> made(List<Reply> asked, List<Generated> answers) {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            replies.add(asked.get(i).withText(answers.get(i).text()));
        }
        return replies;
    }

    private static List<Generated> asWritten(List<Reply> asked) {
        return asked.stream().map(reply -> new Generated(reply.text(), 0, true)).toList();
    }

    private static List<String> texts(List<Reply> replies) {
        return replies.stream().map(Reply::text).toList();
    }

    private static List<String> messages(List<Reply> replies) {
        return replies.stream().flatMap(reply -> reply.messages().stream()).toList();
    }
}
