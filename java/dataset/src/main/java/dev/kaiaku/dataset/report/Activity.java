package dev.kaiaku.dataset.report;

import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.sample.Session;
import dev.kaiaku.dataset.store.StoredChannel;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who wrote when and after whom; counted from times and authors alone. */
final class Activity {
    /** Nanoseconds of the shortest month, to ask the calendar only when the month may have changed. */
    private static final long DAY = 86_400_000_000_000L;

    private final TreeMap<YearMonth, Long> months = new TreeMap<>();
    private final TreeMap<YearMonth, Long> personaMonths = new TreeMap<>();
    private final long[][] follows;
    private final TreeMap<Integer, Long> sessionLengths = new TreeMap<>();

    /**
     * @param shown numbers of the people to tell apart
     * @param persona one of them, or -1
     */
    Activity(ChatLog log, List<Session> sessions, List<Integer> shown, int persona) {
        int[] places = new int[log.people().accounts()];
        for (int account = 0; account < places.length; account++) {
            places[account] = shown.indexOf(log.people().person(account));
        }
        int personaPlace = shown.indexOf(persona);
        follows = new long[shown.size()][shown.size()];
        long day = Long.MIN_VALUE;
        YearMonth month = YearMonth.of(1970, 1);
        for (Session session : sessions) {
            StoredChannel channel = session.channel();
            sessionLengths.merge(session.to() - session.from(), 1L, Long::sum);
            long inMonth = 0;
            long byPersona = 0;
            int before = -1;
            for (int i = session.from(); i < session.to(); i++) {
                long today = Math.floorDiv(channel.nanos(i), DAY);
                if (today != day) {
                    add(month, inMonth, byPersona);
                    inMonth = 0;
                    byPersona = 0;
                    day = today;
                    month = YearMonth.from(ChatLog.instant(channel.nanos(i)).atOffset(ZoneOffset.UTC));
                }
                int place = places[channel.author(i)];
                inMonth++;
                byPersona += place >= 0 && place == personaPlace ? 1 : 0;
                if (before >= 0 && place >= 0 && place != before) {
                    follows[before][place]++;
                }
                before = place;
            }
            add(month, inMonth, byPersona);
        }
    }

    /** Messages by month, months without any included. */
    SortedMap<YearMonth, Long> months() {
        return filled(months);
    }

    /** The persona's messages by the same months. */
    SortedMap<YearMonth, Long> personaMonths() {
        return filled(personaMonths);
    }

    /** How often the person of the second index writes right after that of the first. */
    long[][] follows() {
        return follows;
    }

    /** Sessions by their number of messages. */
    SortedMap<Integer, Long> sessionLengths() {
        return sessionLengths;
    }

    private void add(YearMonth month, long all, long persona) {
        if (all > 0) {
            months.merge(month, all, Long::sum);
            personaMonths.merge(month, persona, Long::sum);
        }
    }

    private SortedMap<YearMonth, Long> filled(SortedMap<YearMonth, Long> counts) {
        TreeMap<YearMonth, Long> filled = new TreeMap<>(counts);
        if (!months.isEmpty()) {
            YearMonth month = months.firstKey();
            for (int i = 0; i < 12 * 50 && month.isBefore(months.lastKey()); i++) {
                filled.putIfAbsent(month, 0L);
                month = month.plusMonths(1);
            }
        }
        return filled;
    }
}
