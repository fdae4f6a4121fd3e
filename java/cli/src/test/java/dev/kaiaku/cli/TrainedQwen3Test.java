package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.engine.EngineKind;
import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.chat.engine.LlamaBuild;
import dev.kaiaku.dataset.SampleExport;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Qwen3 that was trained here, in llama.cpp of today. */
final class TrainedQwen3Test {
    private static final ChatOptions GREEDY =
            ChatOptions.defaults().withTemperature(0).withMaxTokens(24);
    private static final EngineOptions LIBLLAMA = EngineOptions.defaults().withKind(EngineKind.LIBLLAMA);

    @TempDir
    static Path folder;

    static Path persona;
    static Path base;
    static Path adapter;

    @BeforeAll
    static void train() {
        assumeTrue(LlamaBuild.library().isPresent(), "libllama is not built");
        persona = folder.resolve("persona.gguf");
        base = folder.resolve("base.gguf");
        adapter = folder.resolve("adapter.gguf");
        Path export = SampleExport.copyTo(folder.resolve("export"));
        Path data = folder.resolve("data");
        Path run = folder.resolve("run");
        done("models", "tiny", folder.resolve("base"), "--architecture", "qwen3");
        done("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data);
        done(
                "train",
                "--base",
                folder.resolve("base"),
                "--data",
                data,
                "--out",
                run,
                "--max-steps",
                30,
                "--batch-tokens",
                512,
                "--seq-len",
                256,
                "--lr",
                0.01,
                "--device",
                "cpu");
        done("export", run, "--out", persona, "--quant", "f16");
        done("export", run, "--out", base, "--quant", "f16", "--strength", 0);
        done("export", run, "--out", adapter, "--to", "gguf-lora");
    }

    private static void done(Object... arguments) {
        Program program = Program.run(arguments);
        assertThat(program.exitCode()).as(program.err()).isZero();
    }

    private static String reply(Path gguf) {
        try (Persona opened = Persona.open(gguf, GREEDY, LIBLLAMA)) {
            return opened.conversation().say("bia", "oi, tudo bem?").text();
        }
    }

    @Test
    void itChats() {
        assertThat(reply(persona)).isNotBlank().isNotEqualTo(reply(base));
        Program chat =
                Program.run("chat", persona, "--engine", "libllama", "--prompt", "oi, tudo bem?", "--temperature", 0);
        assertThat(chat.exitCode()).as(chat.err()).isZero();
        assertThat(chat.out()).isNotBlank();
    }

    @Test
    void itsAdapterIsSwitchedInTheMiddleOfAConversation() {
        try (Persona opened = Persona.open(base, GREEDY, LIBLLAMA.withAdapter(adapter, 1))) {
            Conversation chat = opened.conversation();
            chat.say("bia", "oi, tudo bem?").text();
            chat.hear("bia", "e aí?");
            String on = chat.fork().reply().text();
            opened.strength(0);
            String off = chat.fork().reply().text();
            opened.strength(1);
            assertThat(chat.fork().reply().text()).isEqualTo(on).isNotEqualTo(off);
            opened.strength(0);
            assertThat(chat.fork().reply().text()).isEqualTo(off);
        }
    }
}
