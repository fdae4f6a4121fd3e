package dev.kaiaku.dataset.date;

import java.time.DateTimeException;

/**
 * Infers from all dates of a channel whether the day or the month comes first: a number over 12 is a day; where
 * there is none, time should run one way; where that is no help either, a clock of 12 hours means month first.
 */
public final class DayMonthOrder {
    private final Direction dayFirst = new Direction();
    private final Direction monthFirst = new Direction();
    private long firstOverTwelve;
    private long secondOverTwelve;
    private boolean twelveHours;

    public void add(ChatDate date) {
        firstOverTwelve += date.first() > 12 ? 1 : 0;
        secondOverTwelve += date.second() > 12 ? 1 : 0;
        twelveHours |= date.twelveHours();
        dayFirst.add(date, true);
        monthFirst.add(date, false);
    }

    public boolean isDayFirst() {
        if (firstOverTwelve != secondOverTwelve) {
            return firstOverTwelve > secondOverTwelve;
        }
        int turns = Long.compare(dayFirst.turns(), monthFirst.turns());
        return turns == 0 ? !twelveHours : turns < 0;
    }

    /** Steps of time forwards and backwards under one order. */
    private static final class Direction {
        private long last = Long.MIN_VALUE;
        private long forwards;
        private long backwards;

        void add(ChatDate date, boolean dayFirst) {
            long second;
            try {
                second = date.instant(dayFirst).getEpochSecond();
            } catch (DateTimeException e) {
                return;
            }
            if (last != Long.MIN_VALUE) {
                forwards += second > last ? 1 : 0;
                backwards += second < last ? 1 : 0;
            }
            last = second;
        }

        /** Steps against the main direction; exports may run either way. */
        long turns() {
            return Math.min(forwards, backwards);
        }
    }
}
