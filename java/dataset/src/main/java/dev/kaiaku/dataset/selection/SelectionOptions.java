package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.BadInputException;

/**
 * What is left out of the replies to learn. Where a limit leaves a choice, the replies of the highest scores stay;
 * of equal ones the earlier.
 *
 * @param minScore lowest {@link Score#value} that stays
 * @param top how many stay at the most; 0: all
 * @param maxShareOfIdentical share of the replies that one and the same short text may have; never less than one
 *     reply
 * @param perSessionCap how many of one session stay at the most; 0: all
 */
public record SelectionOptions(double minScore, int top, double maxShareOfIdentical, int perSessionCap) {
    /** Leaves out only what validation has too. */
    public static final SelectionOptions ALL = new SelectionOptions(0, 0, 1, 0);

    /** @throws BadInputException for a value out of range, naming its option */
    public SelectionOptions {
        if (!(minScore >= 0 && minScore <= 1)) {
            throw new BadInputException("--min-score " + minScore + ": should be from 0 to 1, such as 0.3");
        }
        if (top < 0) {
            throw new BadInputException("--top " + top + ": should be 1 or more, or 0 for all");
        }
        if (!(maxShareOfIdentical > 0 && maxShareOfIdentical <= 1)) {
            throw new BadInputException("--max-share-of-identical " + maxShareOfIdentical
                    + ": should be a share above 0 and up to 1, such as 0.05");
        }
        if (perSessionCap < 0) {
            throw new BadInputException("--per-session-cap " + perSessionCap + ": should be 1 or more, or 0 for all");
        }
    }
}
