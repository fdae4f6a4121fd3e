package dev.kaiaku.model.format;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a family of models wants conversations written; the one place that knows its control tokens. What people say
 * must have gone through {@link ControlText} before.
 */
public enum ChatFormat {
    /** Qwen, SmolLM2 and many more. */
    CHATML("chatml", "<|im_end|>", List.of("<|im_start|>", "<|im_end|>")) {
        @Override
        void header(Role role, List<Segment> out) {
            out.add(control("<|im_start|>"));
            out.add(text(role.wireName() + "\n"));
        }

        @Override
        String between() {
            return "\n";
        }

        @Override
        public String chatTemplate() {
            return "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
                    + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}"
                    + "{% if add_generation_prompt %}{% if messages %}{{ '\\n' }}{% endif %}"
                    + "{{ '<|im_start|>assistant\\n' }}{% endif %}";
        }
    },

    /** Llama 3, 3.1, 3.2 and 3.3. */
    LLAMA3("llama3", "<|eot_id|>", List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")) {
        @Override
        void header(Role role, List<Segment> out) {
            out.add(control("<|start_header_id|>"));
            out.add(text(role.wireName()));
            out.add(control("<|end_header_id|>"));
            out.add(text("\n\n"));
        }

        @Override
        String between() {
            return "";
        }

        @Override
        public String chatTemplate() {
            String header = "'<|start_header_id|>' + %s + '<|end_header_id|>\\n\\n'";
            return "{% for message in messages %}{{ " + header.formatted("message['role']")
                    + " + message['content'] + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ "
                    + header.formatted("'assistant'") + " }}{% endif %}";
        }
    };

    private final String id;
    private final String endOfTurn;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> controls;

    ChatFormat(String id, String endOfTurn, List<String> controls) {
        this.id = id;
        this.endOfTurn = endOfTurn;
        this.controls = controls;
    }

    /** The format with an id; throws {@link BadInputException} where there is none. */
    public static ChatFormat byId(String id) {
        return Arrays.stream(values())
                .filter(format -> format.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new BadInputException("unknown chat format " + id + "; known are " + known()));
    }

    static String known() {
        return Arrays.stream(values())
                .map(format -> format.id + " (" + String.join(" ", format.controls) + ")")
                .collect(Collectors.joining(", "));
    }

    /** The name in {@code kaiaku.format} of a GGUF file. */
    public String id() {
        return id;
    }

    /** The token that ends a turn, learned with every reply. */
    public String endOfTurn() {
        return endOfTurn;
    }

    /** The control tokens that a tokeniser must have for this format. */
    public List<String> controls() {
        return controls;
    }

    /**
     * The Jinja text for {@code tokenizer.chat_template}; renders exactly what {@link #render} does: no system text
     * of its own, no date.
     */
    public abstract String chatTemplate();

    abstract void header(Role role, List<Segment> out);

    /** What stands between a turn and the next; nothing follows the last one. */
    abstract String between();

    /**
     * The conversation as pieces of text. Holds no beginning-of-sequence token.
     *
     * @param replyNext whether to end with the header of an assistant turn, for the persona to go on from
     */
    public List<Segment> render(Conversation conversation, boolean replyNext) {
        List<Segment> out = new ArrayList<>();
        for (Turn turn : conversation.turns()) {
            startTurn(turn.role(), out);
            if (!turn.content().isEmpty()) {
                out.add(new Segment(turn.content(), false, turn.target()));
            }
            out.add(new Segment(endOfTurn, true, turn.target()));
        }
        if (replyNext) {
            startTurn(Role.ASSISTANT, out);
        }
        return out;
    }

    /** The rendered text as one string, ending with the header of the reply to come. */
    public String prompt(Conversation conversation) {
        return render(conversation, true).stream().map(Segment::text).collect(Collectors.joining());
    }

    private void startTurn(Role role, List<Segment> out) {
        if (!out.isEmpty() && !between().isEmpty()) {
            out.add(text(between()));
        }
        header(role, out);
    }

    private static Segment control(String text) {
        return new Segment(text, true, false);
    }

    private static Segment text(String text) {
        return new Segment(text, false, false);
    }
}
