package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Role;
import java.util.List;

/** {@code <|start_header_id|>role<|end_header_id|>\n\ncontent<|eot_id|>}. */
final class Llama3Style extends TurnStyle {
    @Override
    void open(Role role, List<Segment> out) {
        out.add(control("<|start_header_id|>", false));
        out.add(text(role.wireName()));
        out.add(control("<|end_header_id|>", false));
        out.add(text("\n\n"));
    }

    @Override
    void close(Role role, boolean target, List<Segment> out) {
        out.add(control("<|eot_id|>", target));
    }

    @Override
    String chatTemplate() {
        String header = "'<|start_header_id|>' + %s + '<|end_header_id|>\\n\\n'";
        return "{% for message in messages %}{{ " + header.formatted("message['role']")
                + " + message['content'] + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ "
                + header.formatted("'assistant'") + " }}{% endif %}";
    }

    @Override
    String ollamaTemplate() {
        String header = "<|start_header_id|>%s<|end_header_id|>\n\n";
        return "{{ range .Messages }}" + header.formatted("{{ .Role }}") + "{{ .Content }}<|eot_id|>{{ end }}"
                + header.formatted("assistant");
    }
}
