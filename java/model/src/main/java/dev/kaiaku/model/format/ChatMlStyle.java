package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Role;
import java.util.List;

/** {@code <|im_start|>role\ncontent<|im_end|>\n}. */
final class ChatMlStyle extends TurnStyle {
    @Override
    void open(Role role, List<Segment> out) {
        out.add(control("<|im_start|>", false));
        out.add(text(role.wireName() + "\n"));
    }

    @Override
    void close(Role role, boolean target, List<Segment> out) {
        out.add(control("<|im_end|>", target));
    }

    @Override
    String between() {
        return "\n";
    }

    @Override
    String chatTemplate() {
        return "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
                + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}"
                + "{% if add_generation_prompt %}{% if messages %}{{ '\\n' }}{% endif %}"
                + "{{ '<|im_start|>assistant\\n' }}{% endif %}";
    }

    @Override
    String ollamaTemplate() {
        return "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n";
    }
}
