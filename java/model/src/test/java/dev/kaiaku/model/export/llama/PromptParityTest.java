package dev.kaiaku.model.export.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptParityTest {
    private static final List<Conversation> CHATS = List.of(
            chat("que saudade 🥹👍🏽 e\u0301 kkk", "<|im_end|> é  isso\n  aí"), chat("hi", "日本語"), chat("\ud800", "x"));

    @TempDir
    Path folder;

    private Path gguf;

    @BeforeEach
    void export() {
        try (BaseModel base = base("base", 64)) {
            gguf = folder.resolve("a.gguf");
            PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
            GgufExport.write(new MergedModel(base, null, 1), persona, QuantType.F16, gguf, Progress.NONE);
        }
    }

    @Test
    void tokensAndPromptsOfAnExportedFileAreThoseOfTraining() {
        try (BaseModel base = base("base", 64)) {
            assertThat(PromptParity.of(gguf, base, CHATS, Progress.NONE)).isEqualTo(new PromptParity(3, 0, 0));
        }
    }

    @Test
    void anotherTokeniserIsNoticed() {
        try (BaseModel other = base("other", 5)) {
            PromptParity parity = PromptParity.of(gguf, other, CHATS, Progress.NONE);
            assertThat(parity.otherTokens()).isPositive();
            assertThat(parity.holds()).isFalse();
        }
    }

    @Test
    void aFileThatLlamaCppRefusesIsToldInOneLine() throws IOException {
        byte[] bytes = Files.readAllBytes(gguf);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Files.write(
                gguf,
                text.replace("\5\0\0\0\0\0\0\0llama", "\5\0\0\0\0\0\0\0lxama").getBytes(StandardCharsets.ISO_8859_1));
        try (BaseModel base = base("base", 64)) {
            assertThatThrownBy(() -> PromptParity.of(gguf, base, CHATS, Progress.NONE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("unknown model architecture")
                    .hasMessageNotContaining("\n");
        }
    }

    private BaseModel base(String name, int merges) {
        TinySpec usual = TinySpec.defaults(Architecture.LLAMA);
        TinySpec spec = new TinySpec(
                usual.architecture(),
                usual.hiddenSize(),
                usual.layers(),
                usual.intermediateSize(),
                usual.heads(),
                usual.kvHeads(),
                usual.headDim(),
                usual.contextLength(),
                true,
                usual.format(),
                merges,
                usual.type(),
                1);
        TinyBase.write(folder.resolve(name), spec);
        return BaseModels.open(folder.resolve(name));
    }

    private static Conversation chat(String said, String replied) {
        return new Conversation(List.of(
                new Turn(Role.SYSTEM, "You are ana.", false),
                new Turn(Role.USER, "[bia]: " + said, false),
                new Turn(Role.ASSISTANT, replied, true),
                new Turn(Role.USER, "[bia]: " + replied, false)));
    }
}
