package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.chat.TinyPersona;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
    @TempDir
    static Path folder;

    static Path gguf;

    @BeforeAll
    static void exportPersona() {
        gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
    }

    @Test
    void scriptTypesMessagesAndCommands() throws IOException {
        Path kept = folder.resolve("kept.jsonl");
        Path script = Files.write(
                folder.resolve("script.txt"),
                List.of(
                        "/as joao",
                        "/hear alguém aí?",
                        "/seed 7",
                        "oi, ana",
                        "/regen",
                        "/save " + kept,
                        "/reset",
                        "/load " + kept,
                        "/engine",
                        "/strength 0.5",
                        "/seed x",
                        "/nonsense",
                        "/quit",
                        "never said"));

        Program program = Program.run("chat", gguf, "--script", script, "--max-tokens", 12, "--temperature", 1);

        assertThat(program.err()).isEmpty();
        assertThat(program.exitCode()).isZero();
        assertThat(program.out())
                .contains("joao> oi, ana", "kept in", "messages were said before", "expected a number", "/regen")
                .contains("java-llama.cpp 4.2.0")
                .contains("there is no adapter")
                .doesNotContain("never said");
        assertThat(Files.readString(kept)).contains("[joao]: alguém aí?\\n[joao]: oi, ana");
    }

    @Test
    void missingScriptIsBadInput() {
        Program program = Program.run("chat", gguf, "--script", folder.resolve("absent.txt"));

        assertThat(program.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(program.err()).contains("absent.txt");
    }

    @Test
    void serverThatOthersReachNeedsAToken() {
        Program program = Program.run("serve", gguf, "--host", "0.0.0.0", "--port", 0);

        assertThat(program.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(program.err()).contains("--token-env");
    }
}
