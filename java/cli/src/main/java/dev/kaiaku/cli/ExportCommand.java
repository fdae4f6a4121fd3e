package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.trainer.RunFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code export}: an adapter becomes files that other programs run. */
@Command(
        name = "export",
        description = "Turn an adapter into files that other programs run, and measure what was lost.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train export ana/run --out ana/persona.gguf --verify",
            "  kaiaku-train export ana/run --out ana/files --quant Q4_K_M,Q8_0 --imatrix auto",
            "  kaiaku-train export ana/run --out ana/hf --to safetensors --strength auto",
            "  kaiaku-train export ana/run --out ana/ollama --to ollama --quant Q4_K_M",
            "  kaiaku-train export --adapter peft-folder --base qwen2.5-0.5b-instruct --persona ana --out ana.gguf",
            "",
            "Several types are written from one read of the base."
        })
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Parameters(arity = "0..1", paramLabel = "RUN", description = "What `train` wrote.")
    private @Nullable Path run;

    @Option(names = "--out", required = true, paramLabel = "FILE|DIR", description = "What to write.")
    private Path out;

    @Option(
            names = "--to",
            paramLabel = "FORM",
            converter = ExportForm.Converter.class,
            description = {
                "gguf: one file for llama.cpp and what is built on it; gguf-lora: the adapter alone, for llama.cpp;"
                        + " safetensors: a folder of merged weights for transformers; peft: the adapter alone, for"
                        + " PEFT; ollama: a GGUF file with a Modelfile (default: gguf)."
            })
    private ExportForm form = ExportForm.GGUF;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "The base that was trained, where it has moved (default: as the run remembers it).")
    private @Nullable String base;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "An adapter in PEFT's layout that was trained elsewhere, in the place of RUN; needs --base.")
    private @Nullable Path adapter;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The dataset, for --adapter, or where it has moved (default: as the run remembers it).")
    private @Nullable Path data;

    @Option(
            names = "--persona",
            paramLabel = "NAME",
            description = "With --adapter and without --data: whom it imitates (default: name of the folder).")
    private @Nullable String persona;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "With --adapter and without --data: the system message of its training (default: none).")
    private @Nullable String system;

    @Mixin
    private ExportOptions export;

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        checkUsage();
        PersonaExport.Written written;
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress);
            if (run != null) {
                RunFile file = RunFile.read(run);
                try (BaseModel model = BaseModels.open(pipeline.fetch(base == null ? file.basePath() : base))) {
                    Path samples = data == null ? Path.of(file.data()) : data;
                    Path trained = run.resolve(Pipeline.ADAPTER);
                    written = write(pipeline, progress, ExportSource.of(model, trained, samples, file.options()));
                }
            } else {
                try (BaseModel model = BaseModels.open(pipeline.fetch(Objects.requireNonNull(base)))) {
                    written = write(pipeline, progress, imported(model, Objects.requireNonNull(adapter)));
                }
            }
        }
        report(written);
        return ExitCode.DONE;
    }

    private ExportSource imported(BaseModel model, Path folder) {
        if (data != null) {
            return ExportSource.of(model, folder, data, ExportSource.usualOptions());
        }
        @Nullable Path name = folder.toAbsolutePath().normalize().getFileName();
        return ExportSource.of(model, folder, persona == null ? String.valueOf(name) : persona, system);
    }

    private PersonaExport.Written write(Pipeline pipeline, ProgressLine progress, ExportSource source) {
        ExportSource chosen = StrengthChoice.of(export.strength(), 1, source, progress);
        return new PersonaExport(pipeline, progress, chosen, export).write(form, out, export.verify(false));
    }

    private void checkUsage() {
        require((run == null) != (adapter == null), "give either RUN or --adapter");
        require(adapter == null || base != null, "--adapter needs --base, the model it was trained on");
        require(run == null || (persona == null && system == null), "--persona and --system are for --adapter");
        require(data == null || (persona == null && system == null), "--persona and --system are told by --data");
        List<QuantType> types = export.quants();
        if (!form.quantised()) {
            require(types.size() < 2, "--to " + form + " takes one --quant");
            require(types.stream().allMatch(QuantType::plain), "--to " + form + " takes --quant F32, F16 or BF16");
            require(export.imatrix().equals("none"), "--imatrix is for --to gguf and ollama");
        }
        require(form != ExportForm.PEFT || types.isEmpty(), "--to peft takes no --quant");
        require(form != ExportForm.OLLAMA || types.size() < 2, "--to ollama takes one --quant");
        @Nullable Double strength = export.strength();
        require(
                form != ExportForm.GGUF_LORA || strength == null || strength != 0,
                "--to gguf-lora cannot have --strength 0");
        require(form.merged() || export.baseForMerge() == null, "--base-for-merge is for merged forms");
        require(form.merged() || !export.verify(false), "--verify is for merged forms");
        boolean folder = form == ExportForm.SAFETENSORS || form == ExportForm.PEFT || form == ExportForm.OLLAMA;
        if (folder && Files.isRegularFile(out)) {
            throw new BadInputException(out + ": a file stands where a folder is needed; choose another place");
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private void report(PersonaExport.Written written) {
        Summary summary = new Summary();
        written.files().forEach(file -> summary.line("Wrote " + file));
        summary.put(
                form.quantised() ? "gguf" : form.toString(),
                written.files().get(0).toString());
        if (written.times() != null) {
            summary.put("seconds", written.times().seconds());
            summary.put("kernel_share", written.times().kernelShare());
        }
        json.print(console, summary.export(written));
    }
}
