package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.sample.Replies;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The replies to learn from, and how good they are. Time grows with the length of the replies, and the number of
 * threads doesn't matter. What is held out stays, but for exact copies of what may be learned. Thread-safe.
 */
public final class Selection {
    /** Why replies to learn are left out that are nearly the same as one held out. */
    public static final String IN_VALIDATION = "in validation too";
    /** Why replies are not held out that stand in training in the same context. */
    public static final String IN_TRAINING = "in training too";

    /** Of a reply that stays. */
    static final String KEPT = "";

    private final Leaks leaks;
    private final Scores scores;
    private final List<String> reasons;

    private Selection(Leaks leaks, Scores scores, List<String> reasons) {
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
        train.forEach(
                reply -> new Candidate(scores.read(reply), leaks.repeats(reply.text()), Leaks.exchange(reply)),
                reply -> {
                    scores.add(reply.reading);
                    reasons.add(reply.leak ? IN_VALIDATION : KEPT);
                    if (!reply.leak) {
                        leaks.addLearned(reply.exchange);
                    }
                });
        scores.finish();
        List<String> chosen = heldOut(validation, leaks, new Limits(scores, options, reasons).apply());
        return new Selection(leaks, scores, chosen);
    }

    /**
     * Keeps every reply but for those that both training and validation have; nothing is scored, which takes a
     * fraction of the time.
     */
    public static Selection withoutScores(Replies train, Replies validation) {
        Leaks leaks = new Leaks(validation);
        List<String> reasons = new ArrayList<>();
        train.forEach(
                reply -> leaks.repeats(reply.text()) ? OptionalLong.empty() : OptionalLong.of(Leaks.exchange(reply)),
                exchange -> {
                    reasons.add(exchange.isEmpty() ? IN_VALIDATION : KEPT);
                    exchange.ifPresent(leaks::addLearned);
                });
        return new Selection(leaks, new Scores(new Profile()), heldOut(validation, leaks, reasons));
    }

    /** The reasons with those of the replies held out. */
    private static List<String> heldOut(Replies validation, Leaks leaks, List<String> reasons) {
        List<String> chosen = new ArrayList<>(reasons);
        int first = chosen.size();
        validation.forEach(Leaks::exchange, exchange -> chosen.add(leaks.isLearned(exchange) ? IN_TRAINING : KEPT));
        if (!chosen.subList(first, chosen.size()).contains(KEPT)) {
            // Copies are better than nothing to measure by.
            Collections.fill(chosen.subList(first, chosen.size()), KEPT);
        }
        return chosen;
    }

    /** Why the reply of this number is left out, or null where it stays. */
    public @Nullable String reason(int number) {
        String reason = reasons.get(number);
        return reason.equals(KEPT) ? null : reason;
    }

    /** How good a reply to learn is; empty for one that is held out. */
    public Optional<Score> score(int number) {
        return number < scores.count() ? Optional.of(scores.score(number)) : Optional.empty();
    }

    /** Whether a turn of the persona is nearly one that is held out, so that it must not even be history. */
    public boolean repeatsValidation(String turn) {
        return leaks.repeats(turn);
    }

    /** Replies left out, by reason. */
    public Map<String, Long> dropped() {
        Map<String, Long> dropped = new TreeMap<>();
        for (String reason : reasons) {
            if (!reason.equals(KEPT)) {
                dropped.merge(reason, 1L, Long::sum);
            }
        }
        return dropped;
    }

    private record Candidate(Scores.Reading reading, boolean leak, long exchange) {}
}
