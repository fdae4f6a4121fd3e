package dev.kaiaku.cli;

import dev.kaiaku.eval.EvalReport;
import dev.kaiaku.eval.Ruler;
import dev.kaiaku.eval.Scores;
import dev.kaiaku.eval.Speakers;
import dev.kaiaku.eval.Verdict;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.generate.Generator;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eval}: how close a persona comes to the person. */
@Command(
        name = "eval",
        description = "Let a persona answer held-out messages, and measure tone, sense, copies and leaks.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train eval ana/run --data ana/data",
            "  kaiaku-train eval ana/persona.gguf --data ana/data --replies 400 --out ana/eval.html",
            "",
            "Figures stand between two marks that are measured on people: another member of the chat (or",
            "chance) is 0 %, the person's own later messages are 100 %."
        })
final class EvalCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Parameters(paramLabel = "RUN|FILE.gguf", description = "What `train` or `export` wrote.")
    private Path model;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "What `dataset build` wrote.")
    private Path data;

    @Option(
            names = "--replies",
            paramLabel = "N",
            description = "Replies of each speaker (default: ${DEFAULT-VALUE}).",
            defaultValue = "200")
    private int replies;

    @Option(names = "--out", paramLabel = "FILE", description = "The report (default: eval.html beside the model).")
    private @Nullable Path out;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceConverter.class,
            description = "To compute on: " + DeviceConverter.DESCRIPTION)
    private Device device = Device.AUTO;

    @Option(
            names = "--no-baselines",
            description = "Leave out the untouched base, any earlier reply and the Markov chain.")
    private boolean noBaselines;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the replies (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed;

    EvalCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        EvalData evalData = EvalData.read(data);
        Speakers speakers = new Speakers(evalData, replies, seed);
        Ruler ruler = new Ruler(evalData);
        List<String> doubts = ruler.doubts();
        List<Scores> scores = new ArrayList<>();
        List<Generated> answers;
        try (ProgressLine progress = new ProgressLine(console)) {
            boolean run = Files.isDirectory(model) && Files.exists(model.resolve(RunFile.FILE));
            Path basePath = run ? Path.of(RunFile.read(model).basePath()) : model;
            try (BaseModel base = BaseModels.open(basePath)) {
                @Nullable LoraAdapter adapter = run ? PeftAdapter.read(model.resolve(Pipeline.ADAPTER)) : null;
                try (Speaker loaded = open(base, adapter, progress)) {
                    answers = speakers.persona(generator(loaded), progress);
                }
                scores.add(ruler.measure(evalData.persona() + ", the persona", speakers.asked(), answers));
                scores.add(ruler.person(speakers.asked()));
                if (!noBaselines) {
                    scores.add(ruler.measure("any earlier reply", speakers.asked(), speakers.anyReply()));
                    scores.add(ruler.measure("Markov chain", speakers.asked(), speakers.markovChain()));
                    if (run) {
                        try (Speaker loaded = open(base, null, progress)) {
                            Generator generator = generator(loaded);
                            scores.add(ruler.measure(
                                    "the base, told who", speakers.asked(), speakers.told(generator, progress)));
                            scores.add(ruler.measure(
                                    "the base, shown three", speakers.asked(), speakers.shown(generator, progress)));
                        }
                    }
                }
            }
        }
        Path report = out != null ? out : model.toAbsolutePath().resolveSibling("eval.html");
        new EvalReport(evalData.persona(), doubts, scores).write(report, ruler.coherence(), speakers.asked(), answers);
        json.print(console, summary(doubts, scores, report));
        return ExitCode.DONE;
    }

    private Speaker open(BaseModel base, @Nullable LoraAdapter adapter, ProgressLine progress) {
        return Speaker.open(
                base, adapter, new ComputeOptions(device, WeightsForm.AUTO, ComputeForm.AUTO, 0, 0, 0), progress);
    }

    private Generator generator(Speaker loaded) {
        return new Generator(loaded, Generator.defaults(seed));
    }

    private static Summary summary(List<String> doubts, List<Scores> scores, Path report) {
        Summary summary = new Summary();
        doubts.forEach(summary::line);
        Verdict.of(scores.get(0)).forEach(summary::line);
        for (Scores score : scores) {
            summary.line(String.format(
                    Locale.ROOT,
                    "  %-28s tone %4.0f %%  sense %4.0f %%  copies %4.1f %%",
                    score.speaker(),
                    score.style().isEmpty()
                            ? Double.NaN
                            : 100 * score.style().get(0).way(),
                    100 * score.coherence().way().value(),
                    100 * score.runs().value()));
        }
        Scores persona = scores.get(0);
        if (!persona.style().isEmpty()) {
            summary.put("style_way", persona.style().get(0).way())
                    .put("style_auc", persona.largestPool().value().value())
                    .put("style_auc_floor", persona.largestPool().floor())
                    .put("style_auc_ceiling", persona.largestPool().ceiling());
        }
        return summary.put("coherence_way", persona.coherence().way().value())
                .put("surface_distance", persona.surface())
                .put("burrows_delta", persona.delta())
                .put("copied_runs", persona.runs().value())
                .put("whole_copies", persona.copies().value())
                .put("unfinished", persona.faults().unfinished())
                .put("foreign_speaker", persona.faults().foreignSpeaker())
                .put("leaking_replies", persona.leaks().replies())
                .put("report", report.toString())
                .line("Report: " + report);
    }
}
