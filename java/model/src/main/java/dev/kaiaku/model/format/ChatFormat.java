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
    CHATML("chatml", "<|im_end|>", List.of("<|im_start|>", "<|im_end|>"), new ChatMlStyle()),

    /** Llama 3, 3.1, 3.2 and 3.3. */
    LLAMA3(
            "llama3",
            "<|eot_id|>",
            List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
            new Llama3Style()),

    /** Gemma 2 and 3. */
    GEMMA("gemma", "<end_of_turn>", List.of("<start_of_turn>", "<end_of_turn>"), new GemmaStyle()),

    /** Mistral 7B v0.3 and others whose SentencePiece tokeniser has control tokens for instructions. */
    MISTRAL("mistral", "</s>", List.of("[INST]", "[/INST]", "</s>"), new MistralStyle(true, true)),

    /** Mistral Nemo and others with the tokeniser called tekken. */
    MISTRAL_TEKKEN("mistral-tekken", "</s>", List.of("[INST]", "[/INST]", "</s>"), new MistralStyle(true, false)),

    /** Mistral 7B v0.1 and v0.2, Llama 2 chat: instructions are marked by words. */
    MISTRAL_V1("mistral-v1", "</s>", List.of("</s>"), new MistralStyle(false, true));

    private final String id;
    private final String endOfTurn;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> controls;

    @SuppressWarnings("ImmutableEnumChecker")
    private final TurnStyle style;

    ChatFormat(String id, String endOfTurn, List<String> controls, TurnStyle style) {
        this.id = id;
        this.endOfTurn = endOfTurn;
        this.controls = controls;
        this.style = style;
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

    /** Words that mark turns without being tokens; what people say must not hold them either. */
    List<String> markers() {
        return style.markers();
    }

    /**
     * The Jinja text for {@code tokenizer.chat_template}; renders exactly what {@link #render} does: no system text
     * of its own, no date.
     */
    public String chatTemplate() {
        return style.chatTemplate();
    }

    /** The same in Go's template language, for Ollama, up to the header of the reply to come. */
    public String ollamaTemplate() {
        return style.ollamaTemplate();
    }

    /**
     * The conversation as pieces of text. Holds no beginning-of-sequence token.
     *
     * @param replyNext whether to end with the header of an assistant turn, for the persona to go on from
     */
    public List<Segment> render(Conversation conversation, boolean replyNext) {
        List<Segment> out = new ArrayList<>();
        List<List<Turn>> groups =
                style.alternates() ? TurnGroups.alternating(conversation) : TurnGroups.single(conversation);
        for (List<Turn> group : groups) {
            boolean last = group == groups.get(groups.size() - 1);
            boolean goesOn =
                    replyNext && last && style.alternates() && group.get(0).role() == Role.ASSISTANT;
            renderGroup(group, goesOn, out);
            if (goesOn) {
                return out;
            }
        }
        if (replyNext) {
            startTurn(Role.ASSISTANT, out);
        }
        return out;
    }

    /** Turns of one role, as one turn; left open where the persona goes on in it. */
    private void renderGroup(List<Turn> group, boolean goesOn, List<Segment> out) {
        Turn last = group.get(group.size() - 1);
        startTurn(last.role(), out);
        String before = style.contentPrefix();
        for (Turn turn : group) {
            if (!turn.content().isEmpty()) {
                out.add(new Segment(before + turn.content(), false, turn.target()));
                before = "\n";
            }
        }
        if (goesOn) {
            out.add(new Segment("\n", false, false));
        } else {
            style.close(last.role(), last.target(), out);
        }
    }

    private void startTurn(Role role, List<Segment> out) {
        if (!out.isEmpty() && !style.between().isEmpty()) {
            out.add(TurnStyle.text(style.between()));
        }
        style.open(role, out);
    }

    /** The rendered text as one string, ending with the header of the reply to come. */
    public String prompt(Conversation conversation) {
        return render(conversation, true).stream().map(Segment::text).collect(Collectors.joining());
    }
}
