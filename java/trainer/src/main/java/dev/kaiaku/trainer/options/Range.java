package dev.kaiaku.trainer.options;

import dev.kaiaku.dataset.BadInputException;

/** What values options take; the complaint names the option as it is on the command line. */
final class Range {
    private Range() {}

    static void atLeast(String option, long value, long least) {
        if (value < least) {
            throw new BadInputException("--" + option + " " + value + ": expected " + least + " or more");
        }
    }

    static void positive(String option, double value) {
        require(option, value, value > 0 && Double.isFinite(value), "a number above 0");
    }

    static void notNegative(String option, double value) {
        require(option, value, value >= 0 && Double.isFinite(value), "0 or more");
    }

    static void require(String option, Number value, boolean fulfilled, String expected) {
        if (!fulfilled) {
            throw new BadInputException("--" + option + " " + value + ": expected " + expected);
        }
    }
}
