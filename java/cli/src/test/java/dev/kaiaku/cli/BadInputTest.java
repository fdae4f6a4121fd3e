package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.SampleExport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people get wrong, or receive broken, is told in one line that helps; the exit code is 3. */
class BadInputTest {
    private static final String HEADER = "AuthorID,Author,Date,Content,Attachments,Reactions\n";

    @TempDir
    static Path folder;

    static Path export;
    static Path data;
    static Path run;
    static Path gguf;

    @BeforeAll
    static void makePersona() {
        Path base = base("whole");
        export = SampleExport.copyTo(folder.resolve("export"));
        data = folder.resolve("data");
        run = folder.resolve("run");
        gguf = folder.resolve("persona.gguf");
        done("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data);
        done("train", "--base", base, "--data", data, "--out", run, "--max-steps", 1, "--batch-tokens", 128);
        done("export", run, "--out", gguf);
    }

    @Test
    void personaThatIsNotInTheExportNamesTheNearest() {
        complaint("tiko", "dataset", "build", export, "--persona", "tiko", "--out", folder.resolve("x"))
                .contains(SampleExport.PERSONA);
    }

    @Test
    void fileThatIsNoCsv() throws IOException {
        Path picture =
                Files.write(folder.resolve("picture.csv"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});

        complaint("picture.csv", "dataset", "build", picture, "--persona", "ana", "--out", folder.resolve("x"));
    }

    @Test
    void exportThatIsNotThere() {
        complaint("absent.csv", "dataset", "build", "absent.csv", "--persona", "ana", "--out", folder.resolve("x"));
    }

    @Test
    void emptyExport() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.csv"), HEADER);

        complaint("empty.csv", "dataset", "build", empty, "--persona", "ana", "--out", folder.resolve("x"));
    }

    @Test
    void personaWithoutReplies() throws IOException {
        Path monologue = Files.writeString(
                folder.resolve("monologue.csv"),
                HEADER + "\"1\",\"ana\",\"2026-01-01T10:00:00.0000000+00:00\",\"oi\",\"\",\"\"\n"
                        + "\"2\",\"bia\",\"2026-01-02T10:00:00.0000000+00:00\",\"oi\",\"\",\"\"\n");

        complaint("ana", "dataset", "build", monologue, "--persona", "ana", "--out", folder.resolve("x"));
    }

    @Test
    void folderWithoutADataset() {
        complaint(
                "train.jsonl",
                "train",
                "--base",
                folder.resolve("whole"),
                "--data",
                folder,
                "--out",
                folder.resolve("x"));
    }

    @Test
    void ggufCutShort() throws IOException {
        byte[] whole = Files.readAllBytes(gguf);
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, whole.length - 5000));

        complaint("cut.gguf", "chat", cut, "--prompt", "oi");
        complaint("cut.gguf", "train", "--base", cut, "--data", data, "--out", folder.resolve("x"));
    }

    @Test
    void modelThatIsNoPersona() throws IOException {
        Path other = folder.resolve("other.gguf");
        byte[] bytes = new String(Files.readAllBytes(gguf), StandardCharsets.ISO_8859_1)
                .replace("kaiaku.persona", "kaiaku.percona")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(other, bytes);

        complaint("other.gguf", "chat", other, "--prompt", "oi").contains("persona");
    }

    @Test
    void architectureThatIsNotSupported() throws IOException {
        Path base = base("gpt");
        config(base, "architectures", "[\"GPT2LMHeadModel\"]", "model_type", "\"gpt2\"");

        complaint("gpt", "train", "--base", base, "--data", data, "--out", folder.resolve("x"))
                .contains("llama", "qwen2");
    }

    @Test
    void tensorThatIsMissing() throws IOException {
        Path base = base("holes");
        Path weights = base.resolve("model.safetensors");
        byte[] bytes = new String(Files.readAllBytes(weights), StandardCharsets.ISO_8859_1)
                .replace("model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.up_porj.weight")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(weights, bytes);

        complaint("model.layers.1.mlp.up_proj.weight", "models", "inspect", base);
    }

    @Test
    void weightThatIsNoNumber() throws IOException {
        Path base = base("not-a-number");
        try (RandomAccessFile file =
                new RandomAccessFile(base.resolve("model.safetensors").toFile(), "rw")) {
            file.seek(file.length() - 2);
            file.write(new byte[] {(byte) 0xc0, 0x7f});
        }

        complaint(
                "model.norm.weight: a value in rows 0 to 0 is NaN",
                "train",
                "--base",
                base,
                "--data",
                data,
                "--out",
                folder.resolve("damaged"));
    }

    @Test
    void tensorThatIsNotAsTheConfigSays() throws IOException {
        Path base = base("sizes");
        config(base, "intermediate_size", "184");

        complaint("model.layers.0.mlp.gate_proj.weight has the shape [192, 64]", train(base, data))
                .contains("[184, 64]");
    }

    @Test
    void rankThatIsNone() {
        Program program = Program.run(train(folder.resolve("whole"), data, "--rank", 0));
        assertThat(program.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(program.complaint()).startsWith("kaiaku-train: --rank 0: expected 1 or more");
    }

    @Test
    void rankThatTheMatricesCannotHave() {
        complaint("--rank 65", train(folder.resolve("whole"), data, "--rank", 65))
                .contains("64 x 64, so that 64 is the most");
    }

    @Test
    void rowsLongerThanTheContext() {
        complaint("--seq-len 100000", train(folder.resolve("whole"), data, "--seq-len", 100_000))
                .contains("at most 2048");
    }

    @Test
    void samplesWithoutAReplyAreLeftOutAndCounted() throws IOException {
        String empty = """
            {"messages":[{"role":"user","content":"[ana]: oi"}]}
            """;
        Path some = Files.createDirectories(folder.resolve("some"));
        Files.writeString(some.resolve("train.jsonl"), empty + Files.readString(data.resolve("train.jsonl")));
        Program program = Program.run(
                "train",
                "--base",
                folder.resolve("whole"),
                "--data",
                some,
                "--out",
                folder.resolve("left-out"),
                "--max-steps",
                1);
        assertThat(program.exitCode()).as(program.err()).isZero();
        assertThat(program.err()).contains("1 examples have no reply to learn and are left out.");

        Path none = Files.createDirectories(folder.resolve("none"));
        Files.writeString(none.resolve("train.jsonl"), empty.repeat(3));
        complaint("none of its 3 conversations has a reply to learn", train(folder.resolve("whole"), none));
    }

    @Test
    void moreMemoryThanThereIs() {
        complaint("training needs", train(folder.resolve("whole"), data, "--memory-limit", "10MiB"))
                .contains("--memory-limit is 0.01 GiB", "a smaller --seq-len");
    }

    @Test
    void baseWithoutAKnownChatFormat() throws IOException {
        Path base = base("formless");
        for (String name : new String[] {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}) {
            Path file = base.resolve(name);
            Files.writeString(file, Files.readString(file).replace("<|im_", "<|xx_"));
        }

        complaint("chat format", "train", "--base", base, "--data", data, "--out", folder.resolve("x"))
                .contains("chatml", "llama3");
        assertThat(Program.run("models", "inspect", base).out()).contains("cannot be trained");
    }

    @Test
    void baseThatNobodyKnows() {
        complaint("smollm2-135n", "models", "pull", "smollm2-135n").contains("smollm2-135m");
    }

    @Test
    void deviceThatIsNotThere() {
        complaint(
                "--device cuda:99: ",
                "train",
                "--base",
                folder.resolve("whole"),
                "--data",
                data,
                "--out",
                folder.resolve("x"),
                "--device",
                "cuda:99");
        complaint("--device cuda:99: ", "bench", "train", "--device", "cuda:99");
    }

    @Test
    void fullDisk() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");

        complaint("disk is full", "export", run, "--out", full);
    }

    @Test
    void folderWhereAFileStands() {
        complaint("export", "dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", export);
    }

    private static Object[] train(Path base, Path data, Object... options) {
        List<Object> args =
                new ArrayList<>(List.of("train", "--base", base, "--data", data, "--out", folder.resolve("x")));
        args.addAll(List.of(options));
        return args.toArray();
    }

    private static AbstractStringAssert<?> complaint(String word, Object... args) {
        Program program = Program.run(args);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(program.out()).isEmpty();
        assertThat(program.err()).doesNotContain("Exception", "\tat ");
        return assertThat(program.complaint()).startsWith("kaiaku-train: ").contains(word);
    }

    private static void done(Object... args) {
        Program program = Program.run(args);
        assertThat(program.exitCode()).as(program.err()).isZero();
    }

    private static Path base(String name) {
        Path base = folder.resolve(name);
        done("models", "tiny", base);
        return base;
    }

    private static void config(Path base, String... keysAndValues) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path file = base.resolve("config.json");
        ObjectNode config = (ObjectNode) mapper.readTree(Files.readString(file));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.set(keysAndValues[i], mapper.readTree(keysAndValues[i + 1]));
        }
        Files.writeString(file, mapper.writeValueAsString(config));
    }
}
