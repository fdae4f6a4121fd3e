package dev.kaiaku.cli;

import dev.kaiaku.bindings.CacheFolder;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.export.llama.LlamaScorer;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: the whole way on a bundled chat of made-up friends, with a check by llama.cpp. */
@Command(
        name = "demo",
        description = "Make a persona from a bundled chat of made-up friends, and check it with llama.cpp.",
        footer = {
            "",
            "Downloads a base of 100 MB the first time, then takes a few minutes on two processors.",
            "",
            "Example:",
            "  kaiaku-train demo --out /tmp/demo"
        })
final class DemoCommand implements Callable<Integer> {
    private static final String BASE = "smollm2-135m";
    private static final int SEQ_LEN = 512;
    private static final List<QuantType> TYPES = List.of(QuantType.F16, QuantType.Q8_0);

    private final Console console;

    @Mixin
    private JsonOption json;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for all that is made (default: kaiaku-demo).")
    private Path out = Path.of("kaiaku-demo");

    @Option(names = "--base", paramLabel = "MODEL", description = "Another base model (default: " + BASE + ").")
    private @Nullable String base;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        PersonaRun run;
        PersonaRun.Made made;
        Map<QuantType, Double> scores = new EnumMap<>(QuantType.class);
        TrainOptions options = TrainOptions.builder()
                .lr(1e-3)
                .epochs(1)
                .batchTokens(1024)
                .maxSteps(40)
                .seqLen(SEQ_LEN)
                .build();
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress);
            run = new PersonaRun(pipeline, out);
            Path basePath = base(pipeline, progress);
            List<Path> export = List.of(SampleExport.copyTo(out.resolve("export")));
            try (BaseModel model = BaseModels.open(basePath)) {
                made = run.make(export, SampleExport.PERSONA, DatasetOptions.defaults(), model, options);
                if (made.result().stopReason() == StopReason.INTERRUPTED) {
                    return ExitCode.INTERRUPTED;
                }
                List<EncodedConversation> held =
                        Evaluation.samples(model, run.data().resolve(DatasetBuilder.VALIDATION), SEQ_LEN, progress);
                for (QuantType type : TYPES) {
                    Path file = file(type);
                    pipeline.export(model, made.result().adapter(), made.dataset(), type, 1, file);
                    scores.put(type, LlamaScorer.score(file, held, progress).nllPerTarget());
                }
            }
        }
        SampleReply.print(file(QuantType.Q8_0), run.data(), json.wanted() ? console.err() : console.out());
        json.print(console, summary(made, scores));
        return ExitCode.DONE;
    }

    private Path base(Pipeline pipeline, ProgressLine progress) {
        if (base != null) {
            return pipeline.fetch(base);
        }
        try {
            return pipeline.fetch(BASE);
        } catch (UncheckedIOException | BadInputException e) {
            progress.println("No base model could be fetched (" + Failures.oneLine(e) + ").");
            progress.println("Going on with a tiny random one: every step works, but it will only babble.");
            Path tiny = CacheFolder.root().resolve("models").resolve("tiny");
            TinyBase.write(tiny, TinySpec.defaults(Architecture.LLAMA));
            return tiny;
        }
    }

    private Path file(QuantType type) {
        return type == QuantType.Q8_0 ? out.resolve(Pipeline.PERSONA) : out.resolve("persona-f16.gguf");
    }

    private Summary summary(PersonaRun.Made made, Map<QuantType, Double> scores) {
        Summary summary = new Summary().dataset(made.dataset()).train(made.result());
        summary.line("");
        summary.line("Validation NLL per reply token   computed by");
        row(summary, "base", "our trainer", made.result().baseNll());
        row(summary, "adapter", "our trainer", made.result().bestNll());
        for (QuantType type : TYPES) {
            double nll = scores.getOrDefault(type, Double.NaN);
            row(summary, "persona " + type, "llama.cpp", nll);
            summary.put(type.name().toLowerCase(Locale.ROOT) + "_nll", nll);
        }
        summary.line("");
        summary.line("Talk to it: kaiaku-train chat " + file(QuantType.Q8_0));
        return summary.put("gguf", file(QuantType.Q8_0).toString());
    }

    private static void row(Summary summary, String what, String by, double nll) {
        String figure = Double.isNaN(nll) ? "not measured" : String.format(Locale.ROOT, "%.4f", nll);
        summary.line(String.format(Locale.ROOT, "  %-14s %12s      %s", what, figure, by));
    }
}
