package dev.kaiaku.dataset;

import java.util.List;

/** Turns in the order they were said; one line of {@code train.jsonl}. */
public record Conversation(List<Turn> turns) {
    public Conversation {
        turns = List.copyOf(turns);
    }
}
