package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.people.People;
import dev.kaiaku.dataset.store.MessageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Cuts sessions into samples by who wrote when; texts are not looked at. Thread-safe. */
final class Cutter {
    private static final long[] NONE = {};

    private final MessageStore store;
    private final DatasetOptions options;
    /** Whether the persona has this account. */
    private final boolean[] isPersona;

    Cutter(MessageStore store, People people, int persona, DatasetOptions options) {
        this.store = store;
        this.options = options;
        isPersona = new boolean[people.accounts()];
        for (int account = 0; account < isPersona.length; account++) {
            isPersona[account] = people.person(account) == persona;
        }
    }

    /** Whether a message is the persona's. */
    boolean isPersona(Session session, int message) {
        return isPersona[session.channel().author(message)];
    }

    /** The samples of a session, in order. */
    List<Cut> cut(Session session) {
        return options.context() == ContextRule.BLOCK ? blocks(session) : conversations(session);
    }

    private List<Cut> blocks(Session session) {
        List<Cut> cuts = new ArrayList<>();
        int start = session.from();
        while (start < session.to()) {
            int reply = run(session, start, false);
            int end = run(session, reply, true);
            if (end > reply && (reply > start || options.starters())) {
                cuts.add(new Cut(List.of(Cut.Span.user(start, reply, NONE), Cut.Span.persona(reply, end, true))));
            }
            start = end;
        }
        return cuts;
    }

    private List<Cut> conversations(Session session) {
        List<Cut.Span> turns = new ArrayList<>();
        int start = session.from();
        while (start < session.to()) {
            int reply = run(session, start, false);
            int end = run(session, reply, true);
            if (end > reply) {
                long[] quoted = quoted(session, reply, end);
                boolean answers = reply > start || quoted.length > 0;
                turns.add(Cut.Span.user(start, reply, quoted));
                turns.add(Cut.Span.persona(reply, end, answers || options.starters()));
            }
            start = end;
        }
        return windows(turns);
    }

    /**
     * Parts of a session none of which shows more lines before a reply than asked for. A part starts with the later
     * half of the one before as history, so that every reply is learned once and none stands without its context.
     */
    private List<Cut> windows(List<Cut.Span> turns) {
        List<Cut> cuts = new ArrayList<>();
        List<Cut.Span> window = new ArrayList<>();
        int lines = 0;
        for (int i = 0; i < turns.size(); i += 2) {
            Cut.Span user = shortened(turns.get(i));
            Cut.Span reply = turns.get(i + 1);
            if (lines + user.lines() > options.historyLines()) {
                add(window, cuts);
                window = history(window, options.historyLines() - user.lines());
                lines = window.stream().mapToInt(Cut.Span::lines).sum();
            }
            window.add(user);
            window.add(reply);
            lines += user.lines() + reply.lines();
        }
        add(window, cuts);
        return cuts;
    }

    private Cut.Span shortened(Cut.Span user) {
        int most = Math.max(1, options.historyLines() - user.quoted().length);
        return user.to() - user.from() <= most ? user : Cut.Span.user(user.to() - most, user.to(), user.quoted());
    }

    /** The last turns of a window, not learned again: half of what may be shown at the most. */
    private List<Cut.Span> history(List<Cut.Span> window, int room) {
        int most = Math.min(room, options.historyLines() / 2);
        int first = window.size();
        int lines = 0;
        while (first >= 2) {
            lines += window.get(first - 1).lines() + window.get(first - 2).lines();
            if (lines > most) {
                break;
            }
            first -= 2;
        }
        List<Cut.Span> kept = new ArrayList<>();
        for (Cut.Span turn : window.subList(first, window.size())) {
            kept.add(turn.byPersona() ? Cut.Span.persona(turn.from(), turn.to(), false) : turn);
        }
        return kept;
    }

    private static void add(List<Cut.Span> window, List<Cut> cuts) {
        int end = window.size();
        while (end > 0 && !window.get(end - 1).learned()) {
            end -= 2;
        }
        if (end > 0) {
            cuts.add(new Cut(List.copyOf(window.subList(0, end))));
        }
    }

    /** The first message from a place on that is the persona's, or is not. */
    private int run(Session session, int from, boolean persona) {
        int end = from;
        while (end < session.to() && isPersona(session, end) == persona) {
            end++;
        }
        return end;
    }

    /** What the messages of a burst answer, where it does not stand in the same session before them anyway. */
    private long[] quoted(Session session, int from, int to) {
        if (!store.hasAnswers()) {
            return NONE;
        }
        return LongStream.range(from, to)
                .map(message -> store.answered(session.channel(), (int) message))
                .filter(target -> target >= 0)
                .filter(target ->
                        MessageStore.channelOf(target) != session.channel().number()
                                || MessageStore.messageOf(target) < session.from())
                .distinct()
                .toArray();
    }
}
