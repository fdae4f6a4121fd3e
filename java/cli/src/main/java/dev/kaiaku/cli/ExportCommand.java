package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.RunFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code export}: an adapter becomes a file that other programs run. */
@Command(
        name = "export",
        description = "Merge an adapter into its base as one GGUF file, or copy it in PEFT's layout.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train export ana/run --out ana/persona.gguf",
            "  kaiaku-train export ana/run --out ana/f16.gguf --quant F16 --strength 0.8",
            "  kaiaku-train export ana/run --out ana/peft --to peft"
        })
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Parameters(paramLabel = "RUN", description = "What `train` wrote.")
    private Path run;

    @Option(names = "--out", required = true, paramLabel = "FILE|DIR", description = "What to write.")
    private Path out;

    @Option(names = "--to", paramLabel = "gguf|peft", description = "Form of the export (default: gguf).")
    private Form form = Form.GGUF;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "The base that was trained, where it has moved (default: as the run remembers it).")
    private @Nullable String base;

    @Mixin
    private ExportOptions export;

    /** What can be written. */
    enum Form {
        GGUF,
        PEFT
    }

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        RunFile file = RunFile.read(run);
        if (form == Form.PEFT) {
            if (export.strength() != 1) {
                throw new ParameterException(spec.commandLine(), "--strength is for --to gguf");
            }
            PeftAdapter.write(PeftAdapter.read(run.resolve(Pipeline.ADAPTER)), out, file.base());
            return report(out, new Summary().put("peft", out.toString()));
        }
        Path target = Files.isDirectory(out) ? out.resolve(Pipeline.PERSONA) : out;
        DatasetSummary data = DatasetSummary.read(Path.of(file.data()));
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress);
            try (BaseModel model = BaseModels.open(pipeline.fetch(base == null ? file.basePath() : base))) {
                pipeline.export(model, run.resolve(Pipeline.ADAPTER), data, export.quant(), export.strength(), target);
            }
        }
        return report(target, new Summary().put("gguf", target.toString()));
    }

    private int report(Path written, Summary summary) {
        json.print(console, summary.line("Wrote " + written));
        return ExitCode.DONE;
    }
}
