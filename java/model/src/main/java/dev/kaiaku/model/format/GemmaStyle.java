package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Role;
import java.util.List;

/** {@code <start_of_turn>user\ncontent<end_of_turn>\n}; the persona is called {@code model}. */
final class GemmaStyle extends TurnStyle {
    @Override
    void open(Role role, List<Segment> out) {
        out.add(control("<start_of_turn>", false));
        out.add(text(role == Role.ASSISTANT ? "model\n" : "user\n"));
    }

    @Override
    void close(Role role, boolean target, List<Segment> out) {
        out.add(control("<end_of_turn>", target));
    }

    @Override
    String between() {
        return "\n";
    }

    @Override
    boolean alternates() {
        return true;
    }

    @Override
    String chatTemplate() {
        return AlternatingTemplate.write(
                "'<start_of_turn>user\\n'",
                "'<start_of_turn>model\\n'",
                "''",
                "'<end_of_turn>'",
                "'<end_of_turn>'",
                "'\\n'");
    }

    @Override
    String ollamaTemplate() {
        return AlternatingTemplate.writeForOllama(
                "<start_of_turn>user\n", "<start_of_turn>model\n", "", "<end_of_turn>\n", "<end_of_turn>\n");
    }
}
