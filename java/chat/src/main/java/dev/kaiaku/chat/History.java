package dev.kaiaku.chat;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was said so far, in the form that training used; user and assistant turns alternate. */
final class History {
    private final @Nullable String system;
    private final List<Turn> turns = new ArrayList<>();

    History(@Nullable String system) {
        this.system = system;
    }

    void heard(String author, String text) {
        String line = "[" + author + "]: " + text.strip().replace("\n", "\n  ");
        int last = turns.size() - 1;
        if (last >= 0 && turns.get(last).role() == Role.USER) {
            turns.set(last, new Turn(Role.USER, turns.get(last).content() + "\n" + line));
        } else {
            turns.add(new Turn(Role.USER, line));
        }
    }

    void replied(String content) {
        if (!content.isBlank()) {
            turns.add(new Turn(Role.ASSISTANT, content));
        }
    }

    /** Forgets the oldest that can go: a turn and the reply to it, or the first line of the only turn. */
    boolean forgetOldest() {
        if (turns.size() > 1) {
            turns.remove(0);
            if (turns.get(0).role() == Role.ASSISTANT) {
                turns.remove(0);
            }
            return true;
        }
        int line = turns.isEmpty() ? -1 : turns.get(0).content().indexOf("\n[");
        if (line < 0) {
            return false;
        }
        turns.set(0, new Turn(Role.USER, turns.get(0).content().substring(line + 1)));
        return true;
    }

    void clear() {
        turns.clear();
    }

    boolean waitsForReply() {
        return !turns.isEmpty() && turns.get(turns.size() - 1).role() == Role.USER;
    }

    Conversation conversation() {
        List<Turn> all = new ArrayList<>();
        if (system != null) {
            all.add(new Turn(Role.SYSTEM, system));
        }
        all.addAll(turns);
        return new Conversation(all);
    }
}
