package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.ArrayList;
import java.util.List;

/** Turns that a format writes as one. */
final class TurnGroups {
    private TurnGroups() {}

    /** Every turn by itself. */
    static List<List<Turn>> single(Conversation conversation) {
        return conversation.turns().stream().map(List::of).toList();
    }

    /** Neighbours of the same role together; the system text opens the first user turn after it. */
    static List<List<Turn>> alternating(Conversation conversation) {
        List<List<Turn>> groups = new ArrayList<>();
        String system = "";
        for (Turn turn : conversation.turns()) {
            if (turn.role() == Role.SYSTEM) {
                system = turn.content().isEmpty() ? "" : turn.content() + "\n\n";
                continue;
            }
            Turn whole = turn.role() == Role.USER ? new Turn(Role.USER, system + turn.content()) : turn;
            system = turn.role() == Role.USER ? "" : system;
            if (!groups.isEmpty() && groups.get(groups.size() - 1).get(0).role() == turn.role()) {
                groups.get(groups.size() - 1).add(whole);
            } else {
                groups.add(new ArrayList<>(List.of(whole)));
            }
        }
        return groups;
    }
}
