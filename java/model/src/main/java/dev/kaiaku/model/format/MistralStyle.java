package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Role;
import java.util.List;

/**
 * {@code [INST] content[/INST] reply</s>}, as mistral-common writes it for its tokenisers: with words as markers and
 * a space before the second (v1), with control tokens (v3), and with control tokens but no spaces (v3 of tekken).
 */
final class MistralStyle extends TurnStyle {
    private final boolean controls;
    private final boolean spaces;

    MistralStyle(boolean controls, boolean spaces) {
        this.controls = controls;
        this.spaces = spaces;
    }

    @Override
    void open(Role role, List<Segment> out) {
        if (role != Role.ASSISTANT) {
            out.add(marker("[INST]"));
        }
    }

    @Override
    String contentPrefix() {
        return spaces ? " " : "";
    }

    @Override
    void close(Role role, boolean target, List<Segment> out) {
        out.add(role == Role.ASSISTANT ? control("</s>", target) : marker(controls ? "[/INST]" : " [/INST]"));
    }

    @Override
    List<String> markers() {
        return controls ? List.of() : List.of("[INST]", "[/INST]");
    }

    private Segment marker(String text) {
        return controls ? control(text, false) : text(text);
    }

    @Override
    boolean alternates() {
        return true;
    }

    @Override
    String chatTemplate() {
        return AlternatingTemplate.write(
                "'[INST]'", "''", spaces ? "' '" : "''", controls ? "'[/INST]'" : "' [/INST]'", "'</s>'", "''");
    }

    @Override
    String ollamaTemplate() {
        return AlternatingTemplate.writeForOllama(
                "[INST]", "", contentPrefix(), controls ? "[/INST]" : " [/INST]", "</s>");
    }
}
