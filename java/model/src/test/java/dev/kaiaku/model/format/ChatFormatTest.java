package dev.kaiaku.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChatFormatTest {
    private static final Conversation CONVERSATION = new Conversation(List.of(
            new Turn(Role.SYSTEM, "És o Sam."),
            new Turn(Role.USER, "[ana]: oi\n[bia]: {{ 1 }}"),
            new Turn(Role.ASSISTANT, "antes", false),
            new Turn(Role.USER, "[ana]: e aí"),
            new Turn(Role.ASSISTANT, "opa\nkk")));

    private static String text(List<Segment> segments) {
        return segments.stream().map(Segment::text).collect(Collectors.joining());
    }

    @Test
    void chatml() {
        assertThat(text(ChatFormat.CHATML.render(CONVERSATION, false))).isEqualTo("""
                        <|im_start|>system
                        És o Sam.<|im_end|>
                        <|im_start|>user
                        [ana]: oi
                        [bia]: {{ 1 }}<|im_end|>
                        <|im_start|>assistant
                        antes<|im_end|>
                        <|im_start|>user
                        [ana]: e aí<|im_end|>
                        <|im_start|>assistant
                        opa
                        kk<|im_end|>""");
        assertThat(ChatFormat.CHATML.prompt(CONVERSATION)).endsWith("opa\nkk<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void llama3() {
        assertThat(text(ChatFormat.LLAMA3.render(CONVERSATION, false))).isEqualTo("""
                        <|start_header_id|>system<|end_header_id|>

                        És o Sam.<|eot_id|><|start_header_id|>user<|end_header_id|>

                        [ana]: oi
                        [bia]: {{ 1 }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                        antes<|eot_id|><|start_header_id|>user<|end_header_id|>

                        [ana]: e aí<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                        opa
                        kk<|eot_id|>""");
        assertThat(ChatFormat.LLAMA3.prompt(CONVERSATION))
                .endsWith("kk<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void targetsAreTheReplyAndItsEnd() {
        for (ChatFormat format : ChatFormat.values()) {
            assertThat(format.render(CONVERSATION, true).stream().filter(Segment::target))
                    .containsExactly(new Segment("opa\nkk", false, true), new Segment(format.endOfTurn(), true, true));
        }
    }

    @Test
    void promptIsTheStartOfWhatIsTrained() {
        Conversation before = new Conversation(CONVERSATION.turns().subList(0, 4));
        for (ChatFormat format : ChatFormat.values()) {
            assertThat(text(format.render(CONVERSATION, false)))
                    .isEqualTo(format.prompt(before) + "opa\nkk" + format.endOfTurn());
        }
    }

    @Test
    void formatIsDetectedByControlTokensAndThenByTheTemplate() {
        List<String> chatml = List.of("<|im_start|>", "<|im_end|>", "<think>");
        List<String> llama3 = List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
        List<String> both =
                List.of("<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
        assertThat(ChatFormats.detect(chatml, null, "base")).isEqualTo(ChatFormat.CHATML);
        assertThat(ChatFormats.detect(llama3, null, "base")).isEqualTo(ChatFormat.LLAMA3);
        assertThat(ChatFormats.detect(both, "{{ '<|eot_id|>' }}", "base")).isEqualTo(ChatFormat.LLAMA3);
        assertThatThrownBy(() -> ChatFormats.detect(List.of("<s>", "</s>"), null, "some/base"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("some/base: a base without a known chat format")
                .hasMessageContaining("llama3 (<|start_header_id|>");
    }

    @Test
    void idsGoBothWays() {
        for (ChatFormat format : ChatFormat.values()) {
            assertThat(ChatFormat.byId(format.id())).isEqualTo(format);
            assertThat(format.chatTemplate()).contains(format.controls());
        }
        assertThatThrownBy(() -> ChatFormat.byId("alpaca"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("unknown chat format alpaca; known are chatml");
    }
}
