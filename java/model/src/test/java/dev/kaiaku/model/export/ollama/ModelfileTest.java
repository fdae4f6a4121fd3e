package dev.kaiaku.model.export.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.format.ChatFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelfileTest {
    private static final Modelfile.Sampling SAMPLING = new Modelfile.Sampling(0.8, 0.95, 0.05, 1, 4096);

    @Test
    void saysWhatAPersonaNeeds() {
        PersonaInfo ana = new PersonaInfo("ana", "You are ana.\nBe brief.", ChatFormat.CHATML);

        assertThat(Modelfile.text("persona.gguf", ana, SAMPLING)).isEqualTo("""
                FROM ./persona.gguf
                TEMPLATE \"""{{ range .Messages }}<|im_start|>{{ .Role }}
                {{ .Content }}<|im_end|>
                {{ end }}<|im_start|>assistant
                \"""
                SYSTEM \"""You are ana.
                Be brief.\"""
                PARAMETER stop "<|im_start|>"
                PARAMETER stop "<|im_end|>"
                PARAMETER temperature 0.8000
                PARAMETER top_p 0.9500
                PARAMETER min_p 0.05000
                PARAMETER repeat_penalty 1.000
                PARAMETER num_ctx 4096
                """);
    }

    @ParameterizedTest
    @EnumSource(ChatFormat.class)
    void everyFormatEndsWithTheHeaderOfAReply(ChatFormat format) {
        String text = Modelfile.text("a.gguf", new PersonaInfo("ana", null, format), SAMPLING);

        assertThat(text)
                .contains("PARAMETER stop \"" + format.endOfTurn() + "\"")
                .doesNotContain("SYSTEM");
    }

    @Test
    void aSystemMessageThatCannotBeQuotedIsRefused() {
        PersonaInfo ana = new PersonaInfo("ana", "say \"\"\"", ChatFormat.CHATML);

        assertThatThrownBy(() -> Modelfile.text("a.gguf", ana, SAMPLING)).isInstanceOf(BadInputException.class);
    }
}
