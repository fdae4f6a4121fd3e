package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every form from every kind of base, and the options of the command. */
final class ExportFormsTest {
    private static final String DOWN = "model.layers.1.mlp.down_proj.weight";

    @TempDir
    static Path folder;

    static Path data;

    /** Where the weights of a base come from. */
    enum Kind {
        TIED,
        UNTIED,
        GGUF,
        BITSANDBYTES;

        private Path base() {
            return switch (this) {
                case TIED -> folder.resolve("tied");
                case UNTIED -> folder.resolve("untied");
                case GGUF -> folder.resolve("tied-Q8_0.gguf");
                case BITSANDBYTES -> Path.of(System.getProperty("kaiaku.shared", ""), "golden", "qwen3-nf4", "bnb4");
            };
        }

        private Path run() {
            return folder.resolve("run-" + this);
        }
    }

    @BeforeAll
    static void train() {
        Path export = SampleExport.copyTo(folder.resolve("export"));
        data = folder.resolve("data");
        Program.done("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data, "--system", "Be.");
        tiny(Kind.TIED, "llama");
        tiny(Kind.UNTIED, "qwen2", "--untied");
        train(Kind.TIED);
        train(Kind.UNTIED);
        export(Kind.TIED.run(), Kind.GGUF.base(), "--quant", "Q8_0", "--strength", 0);
        train(Kind.GGUF);
        if (Files.isDirectory(Kind.BITSANDBYTES.base())) {
            train(Kind.BITSANDBYTES);
        }
    }

    private static void tiny(Kind kind, String architecture, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("models", "tiny", kind.base()));
        arguments.addAll(List.of("--architecture", architecture, "--hidden", 256, "--feed-forward", 768));
        arguments.addAll(List.of(more));
        Program.done(arguments.toArray());
    }

    private static void train(Kind kind) {
        Object[] arguments = {"train", "--base", kind.base(), "--data", data, "--out", kind.run(), "--max-steps", 2};
        Object[] more = {"--batch-tokens", 256, "--seq-len", 256, "--lr", "1e-2"};
        Program.done(
                Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray());
    }

    private static Program export(Path run, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("export", run, "--out", out));
        arguments.addAll(List.of(more));
        return Program.done(arguments.toArray());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyFormHoldsThePersona(Kind kind) throws IOException {
        assumeTrue(Files.isDirectory(kind.run()), "no base of this kind: kaiaku.shared is not set");
        Path out = folder.resolve("forms-" + kind);
        Path run = kind.run();
        export(run, out, "--quant", "F32,Q4_K_M");
        export(run, out.resolve("hf"), "--to", "safetensors", "--quant", "F32");
        export(run, out.resolve("peft"), "--to", "peft");
        export(run, out.resolve("lora.gguf"), "--to", "gguf-lora");
        export(run, out.resolve("ollama"), "--to", "ollama", "--quant", "Q4_K_M");

        Path exact = out.resolve("persona-F32.gguf");
        for (Path gguf : List.of(exact, out.resolve("persona-Q4_K_M.gguf"), out.resolve("lora.gguf"))) {
            try (GgufFile file = GgufFile.open(gguf)) {
                PersonaInfo persona = PersonaInfo.read(file.metadata());
                assertThat(persona.name()).isEqualTo(SampleExport.PERSONA);
                assertThat(persona.system()).isEqualTo("Be.");
            }
        }
        assertThat(values(out.resolve("hf"))).isEqualTo(values(exact)).isNotEqualTo(values(kind.base()));
        assertThat(PeftAdapter.read(out.resolve("peft")).matrices().keySet())
                .isEqualTo(PeftAdapter.read(run.resolve("adapter")).matrices().keySet());
        assertThat(out.resolve("ollama/persona.gguf")).hasSameBinaryContentAs(out.resolve("persona-Q4_K_M.gguf"));
        assertThat(out.resolve("ollama/Modelfile"))
                .content()
                .contains("FROM ./persona.gguf", "TEMPLATE \"\"\"", "SYSTEM \"\"\"Be.\"\"\"", "stop \"<|im_end|>\"");
        for (Path card : List.of(out, out.resolve("hf"), out.resolve("peft"), out.resolve("ollama"))) {
            assertThat(card.resolve("README.md")).content().contains("Keep it private", "licence of the base");
        }
    }

    /** Every tensor in f32. */
    private static Map<String, FloatBuffer> values(Path model) {
        Map<String, FloatBuffer> all = new TreeMap<>();
        try (BaseModel base = BaseModels.open(model)) {
            for (TensorInfo tensor : base.tensors()) {
                int rows = Math.toIntExact(tensor.rows());
                int columns = Math.toIntExact(tensor.columns());
                FloatBuffer values = FloatBuffer.allocate(rows * columns);
                MergeRows.convert(tensor.type().id(), base.read(tensor, 0, rows), rows, columns, values.duplicate());
                all.put(tensor.name(), values);
            }
        }
        return all;
    }

    @Test
    void strengthIsHowFarFromTheBase() {
        List<FloatBuffer> down = new ArrayList<>();
        for (double strength : new double[] {0, 0.5, 1}) {
            Path out = folder.resolve("strength.gguf");
            export(Kind.TIED.run(), out, "--quant", "F32", "--strength", strength);
            down.add(values(out).get(DOWN));
        }
        assertThat(down.get(0)).isEqualTo(values(Kind.TIED.base()).get(DOWN)).isNotEqualTo(down.get(2));
        for (int i = 0; i < down.get(0).capacity(); i += 97) {
            float middle = (down.get(0).get(i) + down.get(2).get(i)) / 2;
            assertThat(down.get(1).get(i)).isCloseTo(middle, within(1e-6f));
        }
    }

    @Test
    void theOriginalWeightsReplaceTheQuantisedOnes() {
        Path original = folder.resolve("original.gguf");
        Path adapter = Kind.GGUF.run().resolve("adapter");
        export(Kind.GGUF.run(), original, "--quant", "F32", "--base-for-merge", Kind.TIED.base());
        Path direct = folder.resolve("direct.gguf");
        Program.done("export", "--adapter", adapter, "--base", Kind.TIED.base(), "--out", direct, "--quant", "F32");
        assertThat(values(original)).isEqualTo(values(direct));

        Program other = Program.run(
                "export", Kind.GGUF.run(), "--out", folder.resolve("x.gguf"), "--base-for-merge", Kind.UNTIED.base());
        assertThat(other.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(other.complaint()).contains("not the model that was trained");
        assertThat(folder.resolve("x.gguf")).doesNotExist();
    }

    @Test
    void anAdapterFromElsewhereIsExportedLikeOurs() {
        Path ours = folder.resolve("ours.gguf");
        Path theirs = folder.resolve("theirs.gguf");
        export(Kind.TIED.run(), ours);
        Path adapter = Kind.TIED.run().resolve("adapter");
        Program.done("export", "--adapter", adapter, "--base", Kind.TIED.base(), "--data", data, "--out", theirs);
        assertThat(theirs).hasSameBinaryContentAs(ours);

        Program.done("export", "--adapter", adapter, "--base", Kind.TIED.base(), "--persona", "bia", "--out", theirs);
        try (GgufFile file = GgufFile.open(theirs)) {
            assertThat(PersonaInfo.read(file.metadata()).name()).isEqualTo("bia");
            assertThat(PersonaInfo.read(file.metadata()).system()).isNull();
        }
    }

    @Test
    void importanceIsMeasuredOnceAndCanBeTakenFromItsFile() {
        Path measured = folder.resolve("measured");
        Path read = folder.resolve("read");
        Path plain = folder.resolve("plain");
        export(Kind.TIED.run(), measured, "--quant", "Q4_K_M,IQ4_NL", "--imatrix", "auto");
        Path file = measured.resolve("imatrix.gguf");
        export(Kind.TIED.run(), read, "--quant", "Q4_K_M,IQ4_NL", "--imatrix", file);
        export(Kind.TIED.run(), plain, "--quant", "Q4_K_M,IQ4_NL");
        for (String name : List.of("persona-Q4_K_M.gguf", "persona-IQ4_NL.gguf")) {
            assertThat(read.resolve(name)).hasSameBinaryContentAs(measured.resolve(name));
            assertThat(down(plain.resolve(name))).isNotEqualTo(down(measured.resolve(name)));
        }
    }

    /** A quantised matrix as it lies in the file. */
    private static ByteBuffer down(Path file) {
        try (GgufFile gguf = GgufFile.open(file)) {
            GgufTensor tensor = gguf.tensor("blk.1.ffn_down.weight");
            return gguf.read(tensor, 0, Math.toIntExact(tensor.rows()));
        }
    }

    @Test
    void verifyingShowsTheLadderEverywhere() {
        Path out = folder.resolve("verified");
        Program program = export(Kind.TIED.run(), out, "--quant", "F16,Q8_0", "--verify", "--json");
        assertThat(out.resolve("export-report.html")).content().contains("merged", "persona-Q8_0.gguf Q8_0");
        assertThat(out.resolve("README.md")).content().contains("## Measured", "persona-F16.gguf F16");
        assertThat(program.json().toString()).contains("merged", "persona-Q8_0.gguf", "llama.cpp");
    }
}
