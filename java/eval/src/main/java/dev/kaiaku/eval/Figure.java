package dev.kaiaku.eval;

import dev.kaiaku.eval.score.Interval;
import java.util.Locale;

/** What is measured of a speaker's replies, in the order of showing. */
public enum Figure {
    NLL("NLL per reply token", false, "-log p of a token of the person's held-out replies; less is better"),
    CONTEXT_GAIN("worth of context, nats", false, "how much higher that is after what was said elsewhere"),
    STYLE_1("tone, AUC of 1 message", false, "how often a message is more like the person than one of the others is"),
    STYLE_5("tone, AUC of 5", false, "the same of five messages together"),
    STYLE_20("tone, AUC of 20", false, "the same of twenty"),
    SURFACE("surface distance", false, "lengths and marks of messages against the person's; 0 to 1, less is closer"),
    DELTA("Burrows' delta", false, "small words against the person's; less is closer"),
    COHERENCE("sense", false, "share of rare words taken up from the context, less what chance gives"),
    ECHO("words echoed", false, "longest run of words that a reply repeats from its context, on average"),
    DISTINCT_WORDS("distinct words, EAD-1", false, "different words, given how many there are; 1 is a random draw"),
    DISTINCT_PAIRS("distinct pairs, EAD-2", false, "the same of pairs of words"),
    IDENTICAL("identical replies", true, "equal to an earlier reply"),
    TOP_TEN("ten most frequent", true, "one of the ten most frequent replies"),
    REPEATING("repeat themselves", true, "hold the same four words twice"),
    COPIED_RUNS("copied runs", true, "share eight words or fifty characters in a row with a learned reply"),
    WHOLE_COPIES("whole copies", true, "equal a learned reply that was learned at most twice"),
    PERSONAL_DATA("personal data", true, "hold an address, a number or a key"),
    RARE_NAMES("rare names", true, "name somebody or something that only others named, rarely, and not just now"),
    UNFINISHED("cut off", true, "ran into the limit of tokens"),
    EMPTY("empty", true, "say nothing"),
    FOREIGN_SPEAKER("speak for others", true, "begin a line for somebody else"),
    CONTROL_TEXT("control text", true, "hold text of a chat template"),
    OTHER_LANGUAGE("other language", true, "are in a language that the person does not use");

    private final String label;
    private final boolean share;
    private final String explanation;

    Figure(String label, boolean share, String explanation) {
        this.label = label;
        this.share = share;
        this.explanation = explanation;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** What it means, in a few words. */
    public String explanation() {
        return explanation;
    }

    /** Whether it is a share of the replies. */
    public boolean share() {
        return share;
    }

    /** Its name for programs: {@code style_20}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A value for people, without a range; "–" where there is none. */
    public String text(double value) {
        return !Double.isFinite(value)
                ? "–"
                : share
                        ? String.format(Locale.ROOT, "%.1f %%", 100 * value)
                        : String.format(Locale.ROOT, "%.3f", value);
    }

    /** A value and its range for people. */
    public String text(Interval value) {
        return share
                ? String.format(
                        Locale.ROOT, "%s [%.1f, %.1f]", text(value.value()), 100 * value.low(), 100 * value.high())
                : String.format(Locale.ROOT, "%s [%.3f, %.3f]", text(value.value()), value.low(), value.high());
    }
}
