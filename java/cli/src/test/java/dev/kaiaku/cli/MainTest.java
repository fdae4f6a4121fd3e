package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    static Stream<String> commands() {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        List<String> names = new ArrayList<>();
        collect(Main.commandLine(Console.of(InputStream.nullInputStream(), nowhere, nowhere)), "", names);
        return names.stream();
    }

    private static void collect(CommandLine line, String prefix, List<String> names) {
        for (Map.Entry<String, CommandLine> entry : line.getSubcommands().entrySet()) {
            String name = (prefix + " " + entry.getKey()).strip();
            names.add(name);
            collect(entry.getValue(), name, names);
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        List<Object> args = new ArrayList<>(List.of((Object[]) command.split(" ")));
        args.add("--help");

        Program program = Program.run(args.toArray());

        assertThat(program.exitCode()).isZero();
        assertThat(program.err()).isEmpty();
        assertThat(program.out()).startsWith("Usage: kaiaku-train " + command);
        assertThat(program.out().lines()).allMatch(line -> line.length() <= 110);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "trian",
                "dataset",
                "dataset build",
                "dataset build chat.csv --out x",
                "dataset build chat.csv --persona ana --out x --gap soon",
                "dataset build chat.csv --persona ana --out x --validation 1.5",
                "dataset build chat.csv --persona ana --out x --context all",
                "dataset build chat.csv --persona ana --out x --format morse",
                "train --base a --data b --out c --weights int8",
                "train --base a --data b --out c --rank 0",
                "train --base a --data b --out c --lr fast",
                "train --base a --data b --out c --memory-limit much",
                "export run --out x --quant Q9_K_M",
                "export run --out x --to ollama --quant Q8_0,F16",
                "export run --out x --to parquet",
                "export run --out x --to safetensors --quant Q4_K_M",
                "export run --out x --to peft --verify",
                "export run --out x --adapter y",
                "export --out x --adapter y",
                "export --out x",
                "chat a.gguf --temperature -1",
                "chat a.gguf --seed many",
                "chat a.gguf --engine steam",
                "chat a.gguf --context 3",
                "serve a.gguf --port 70000",
                "serve a.gguf --slots 0",
                "discord a.gguf",
                "bench chat a.gguf --rounds 0"
            })
    void wrongUsageIsOneLineAndExitCodeTwo(String line) {
        Program program = Program.run((Object[]) (line.isEmpty() ? new String[0] : line.split(" ")));

        assertThat(program.exitCode()).as(program.err()).isEqualTo(ExitCode.USAGE);
        assertThat(program.out()).isEmpty();
        assertThat(program.err().lines()).hasSize(1);
        assertThat(program.err()).startsWith("kaiaku-train: ").contains("--help");
    }

    @Test
    void versionIsTheBuilds() {
        assertThat(Program.run("--version").out()).matches("kaiaku-train \\d+\\.\\d+\\.\\d+\\R");
    }

    @Test
    void stackTraceIsForThoseWhoAskForIt() {
        assertThat(Program.run("chat", "absent.gguf").err()).doesNotContain("\tat ");
        assertThat(Program.run("chat", "absent.gguf", "--debug").err()).contains("\tat ", "absent.gguf: no such file");
    }

    @Test
    void modelsThatHaveAShortNameAreListed() {
        Program program = Program.run("models", "list");

        assertThat(program.exitCode()).isZero();
        assertThat(program.out()).contains("smollm2-135m", "Apache-2.0", "qwen2.5-7b-instruct");
    }

    @Test
    void doctorSaysWhatWorks() {
        Program program = Program.run("doctor");

        assertThat(program.exitCode()).as(program.out()).isZero();
        assertThat(program.out()).contains("kaiaku-train", "training", "oneDNN", "chat", "cache");
    }

    @Test
    void planOfABaseThatIsNotHere() {
        Program plan = Program.run("plan", "--base", "Qwen/Qwen3-8B", "--vram", "12GiB", "--seq-len", 1024, "--json");
        assertThat(plan.exitCode()).isZero();
        assertThat(plan.json().path("total_bytes").asLong()).isBetween(6L << 30, 12L << 30);
        assertThat(plan.json().path("speed_from").asText()).isEqualTo("assumption");
        assertThat(Program.run("plan", "--base", "Qwen/Qwen3-8B", "--vram", "12GiB")
                        .out())
                .contains("nothing of this has ever run on one");
    }
}
