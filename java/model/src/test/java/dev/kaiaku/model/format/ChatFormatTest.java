package dev.kaiaku.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.tokenizer.Pieces;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.util.Collections;
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
    void gemmaHasNoSystemRoleAndCallsThePersonaModel() {
        assertThat(text(ChatFormat.GEMMA.render(CONVERSATION, false))).isEqualTo("""
                        <start_of_turn>user
                        És o Sam.

                        [ana]: oi
                        [bia]: {{ 1 }}<end_of_turn>
                        <start_of_turn>model
                        antes<end_of_turn>
                        <start_of_turn>user
                        [ana]: e aí<end_of_turn>
                        <start_of_turn>model
                        opa
                        kk<end_of_turn>""");
        assertThat(ChatFormat.GEMMA.prompt(before())).endsWith("[ana]: e aí<end_of_turn>\n<start_of_turn>model\n");
    }

    @Test
    void mistralHasSpacesWhereItsTokenisersHaveThem() {
        String v3 =
                "[INST] És o Sam.\n\n[ana]: oi\n[bia]: {{ 1 }}[/INST] antes</s>[INST] [ana]: e aí[/INST] opa\nkk</s>";
        assertThat(text(ChatFormat.MISTRAL.render(CONVERSATION, false))).isEqualTo(v3);
        assertThat(text(ChatFormat.MISTRAL_TEKKEN.render(CONVERSATION, false)))
                .isEqualTo(v3.replace("[INST] ", "[INST]").replace("[/INST] ", "[/INST]"));
        assertThat(text(ChatFormat.MISTRAL_V1.render(CONVERSATION, false)))
                .isEqualTo(v3.replace("[/INST]", " [/INST]"));
        assertThat(ChatFormat.MISTRAL.prompt(before())).endsWith("[INST] [ana]: e aí[/INST]");
    }

    @Test
    void neighboursOfTheSameRoleAreJoinedWhereRolesAlternate() {
        Conversation chat = new Conversation(List.of(
                new Turn(Role.USER, "a"),
                new Turn(Role.USER, "b"),
                new Turn(Role.ASSISTANT, "c", false),
                new Turn(Role.ASSISTANT, "d")));
        assertThat(text(ChatFormat.MISTRAL.render(chat, false))).isEqualTo("[INST] a\nb[/INST] c\nd</s>");
        assertThat(ChatFormat.MISTRAL.render(chat, false))
                .filteredOn(Segment::target)
                .extracting(Segment::text)
                .containsExactly("\nd", "</s>");
        assertThat(ChatFormat.GEMMA.prompt(chat)).endsWith("<start_of_turn>model\nc\nd\n");
    }

    private static Conversation before() {
        return new Conversation(CONVERSATION.turns().subList(0, 4));
    }

    @Test
    void targetsAreTheReplyAndItsEnd() {
        for (ChatFormat format : ChatFormat.values()) {
            List<Segment> targets = format.render(CONVERSATION, false).stream()
                    .filter(Segment::target)
                    .toList();
            assertThat(targets).extracting(Segment::control).containsExactly(false, true);
            assertThat(text(targets).strip()).isEqualTo("opa\nkk" + format.endOfTurn());
        }
    }

    @Test
    void promptIsTheStartOfWhatIsTrained() {
        for (ChatFormat format : ChatFormat.values()) {
            String prompt = format.prompt(before());
            String trained = text(format.render(CONVERSATION, false));
            assertThat(trained).startsWith(prompt);
            assertThat(trained.substring(prompt.length()).strip()).isEqualTo("opa\nkk" + format.endOfTurn());
        }
    }

    private static TokenizerData tokenizer(boolean sentencePiece, String... controls) {
        List<String> tokens = List.of(controls);
        List<TokenType> types = Collections.nCopies(tokens.size(), TokenType.CONTROL);
        Pieces pieces = sentencePiece ? new Pieces(Collections.nCopies(tokens.size(), 0f), true) : null;
        return new TokenizerData(tokens, types, List.of(), "default", null, null, null, null, false, pieces);
    }

    @Test
    void formatIsDetectedByControlTokensAndThenByTheTemplate() {
        TokenizerData chatml = tokenizer(false, "<|im_start|>", "<|im_end|>", "<think>");
        TokenizerData llama3 = tokenizer(false, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
        TokenizerData both = tokenizer(
                false, "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
        assertThat(ChatFormats.detect(chatml, null, "base")).isEqualTo(ChatFormat.CHATML);
        assertThat(ChatFormats.detect(llama3, null, "base")).isEqualTo(ChatFormat.LLAMA3);
        assertThat(ChatFormats.detect(both, "{{ '<|start_header_id|>' }}", "base"))
                .isEqualTo(ChatFormat.LLAMA3);
        assertThat(ChatFormats.detect(tokenizer(true, "<start_of_turn>", "<end_of_turn>"), null, "base"))
                .isEqualTo(ChatFormat.GEMMA);
        assertThatThrownBy(() -> ChatFormats.detect(tokenizer(true, "<s>", "</s>"), null, "some/base"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("some/base: a base without a known chat format")
                .hasMessageContaining("llama3 (<|start_header_id|>");
    }

    @Test
    void mistralsAreToldApartByTheirTokenisers() {
        String template = "{{ '[INST] ' + message['content'] + '[/INST]' }}";
        TokenizerData v3 = tokenizer(true, "<s>", "</s>", "[INST]", "[/INST]");
        assertThat(ChatFormats.detect(v3, template, "base")).isEqualTo(ChatFormat.MISTRAL);
        TokenizerData nemo = tokenizer(false, "<s>", "</s>", "[INST]", "[/INST]");
        assertThat(ChatFormats.detect(nemo, template, "base")).isEqualTo(ChatFormat.MISTRAL_TEKKEN);
        TokenizerData v1 = tokenizer(true, "<s>", "</s>");
        assertThat(ChatFormats.detect(v1, template, "base")).isEqualTo(ChatFormat.MISTRAL_V1);
        TokenizerData tuned = tokenizer(true, "<s>", "</s>", "<|im_start|>", "<|im_end|>");
        assertThat(ChatFormats.detect(tuned, "{{ '<|im_start|>' }}", "base")).isEqualTo(ChatFormat.CHATML);
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
