package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The replies to learn from, and how good they are. Time grows with the length of the replies, and the number of
 * threads doesn't matter. What is held out stays, but for exact copies of what may be learned. Thread-safe; all replies
 * to learn are asked about before those held out.
 */
public final class Selection {
    /** Why replies to learn are left out that are nearly the same as one held out. */
    public static final String IN_VALIDATION = "in validation too";
    /** Why replies are not held out that stand in training in the same context. */
    public static final String IN_TRAINING = "in training too";

    /** Of a reply that stays. */
    static final String KEPT = "";

    private final int firstHeldOut;
    private final Leaks leaks;
    private final @Nullable Scores scores;
    /** Of the replies to learn, where they have scores. */
    private final List<String> reasons;

    private Selection(int firstHeldOut, Leaks leaks, @Nullable Scores scores, List<String> reasons) {
        this.firstHeldOut = firstHeldOut;
        this.leaks = leaks;
        this.scores = scores;
        this.reasons = reasons;
    }

    /**
     * Chooses among the replies to learn from.
     *
     * @param train replies to choose among, numbered from 0
     * @param validation replies held out, numbered on
     */
    public static Selection of(Replies train, Replies validation, SelectionOptions options) {
        Leaks leaks = new Leaks(validation);
        Profile profile = new Profile();
        train.forEach(Profile.Parts::of, profile::add);
        Scores scores = new Scores(profile);
        List<String> reasons = new ArrayList<>();
        train.forEach(reply -> new Candidate(scores.read(reply), leaks.mayLearn(reply)), reply -> {
            scores.add(reply.reading);
            reasons.add(reply.mayLearn ? KEPT : IN_VALIDATION);
        });
        scores.finish();
        return new Selection(scores.count(), leaks, scores, new Limits(scores, options, reasons).apply());
    }

    /**
     * Keeps every reply but for those that both training and validation have; nothing is scored, and the replies to
     * learn are looked at only when they are asked about.
     *
     * @param validation replies held out
     * @param firstHeldOut number of the first of them
     */
    public static Selection withoutScores(Replies validation, int firstHeldOut) {
        return new Selection(firstHeldOut, new Leaks(validation), null, List.of());
    }

    /** Why a reply is left out, or null where it stays. */
    public @Nullable String reason(Reply reply) {
        if (reply.number() >= firstHeldOut) {
            return leaks.mayHoldOut(reply) ? null : IN_TRAINING;
        }
        if (scores == null) {
            return leaks.mayLearn(reply) ? null : IN_VALIDATION;
        }
        String reason = reasons.get(reply.number());
        return reason.equals(KEPT) ? null : reason;
    }

    /** How good a reply to learn is; empty for one that is held out, and where nothing is scored. */
    public Optional<Score> score(Reply reply) {
        return scores != null && reply.number() < firstHeldOut
                ? Optional.of(scores.score(reply.number()))
                : Optional.empty();
    }

    /** Whether a turn of the persona is nearly one that is held out, so that it must not even be history. */
    public boolean repeatsValidation(String turn) {
        return leaks.repeats(turn);
    }

    private record Candidate(Scores.Reading reading, boolean mayLearn) {}
}
