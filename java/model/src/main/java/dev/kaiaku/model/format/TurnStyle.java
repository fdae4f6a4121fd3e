package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Role;
import java.util.List;

/** What a chat format writes around the content of a turn. */
abstract class TurnStyle {
    /** What stands before the content of a turn. */
    abstract void open(Role role, List<Segment> out);

    /** What the content begins with: part of the same piece, so that it merges with the first word. */
    String contentPrefix() {
        return "";
    }

    /** What ends a turn; learned where the turn is. */
    abstract void close(Role role, boolean target, List<Segment> out);

    /** What stands between a turn and the next; nothing follows the last one. */
    String between() {
        return "";
    }

    /**
     * Whether there is no system role, so that its text opens the first user turn, and roles alternate, so that
     * neighbours of the same role are joined by a newline.
     */
    boolean alternates() {
        return false;
    }

    /** Words that mark turns and are no tokens of their own. */
    List<String> markers() {
        return List.of();
    }

    /** The Jinja text that renders the same. */
    abstract String chatTemplate();

    /** Go's template text, as Ollama reads it, that renders the same and ends with the header of a reply. */
    abstract String ollamaTemplate();

    static Segment control(String text, boolean target) {
        return new Segment(text, true, target);
    }

    static Segment text(String text) {
        return new Segment(text, false, false);
    }
}
