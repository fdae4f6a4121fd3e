package dev.kaiaku.cli;

import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.engine.EngineKind;
import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.eval.Evaluated;
import dev.kaiaku.eval.Evaluator;
import dev.kaiaku.eval.Prediction;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.tune.StrengthScan;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.llama.LlamaScorer;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eval}: how close a persona comes to the person. */
@Command(
        name = "eval",
        description = "Let a persona answer held-out messages, and measure tone, sense, copies and leaks.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train eval ana/run --data ana/data",
            "  kaiaku-train eval ana/run --data ana/data --game     # which one is real?",
            "  kaiaku-train eval ana/persona.gguf --data ana/data --engine java-llama",
            "",
            "Figures stand between two marks that are measured on people: another member",
            "of the chat, or chance, is 0 %%; the person's own later messages are 100 %%."
        })
final class EvalCommand implements Callable<Integer> {
    private static final String TRAINER = "trainer";
    private static final Map<String, EngineKind> ENGINES =
            Map.of("java-llama", EngineKind.JAVA_LLAMA, "libllama", EngineKind.LIBLLAMA);

    private final Console console;

    @Spec
    private CommandSpec spec;

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

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The report (default: eval.html beside the model); the figures go to a .json beside it.")
    private @Nullable Path out;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "What runs a FILE.gguf: trainer (many replies at once), or, as chat does it, java-llama or"
                    + " libllama (default: trainer).")
    private String engine = TRAINER;

    @Option(names = "--engine-lib", paramLabel = "FILE", description = "A libllama of your own, as for chat.")
    private @Nullable Path library;

    @Mixin
    private GameOptions game;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceConverter.class,
            description = "To compute on: " + DeviceConverter.DESCRIPTION)
    private Device device = Device.AUTO;

    @Option(
            names = "--strength",
            paramLabel = "S|auto",
            converter = StrengthConverter.class,
            description = "How much of a run's adapter to apply; auto tries 0.5 to 1.2 first (default: 1).")
    private double strength = 1;

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
    public Integer call() throws InterruptedException {
        if (replies < 1) {
            throw new ParameterException(spec.commandLine(), "--replies " + replies + ": should be 1 or more");
        }
        if (!engine.equals(TRAINER) && !ENGINES.containsKey(engine)) {
            throw new ParameterException(
                    spec.commandLine(), "--engine " + engine + ": expected trainer, java-llama or libllama");
        }
        Evaluator evaluator;
        try (ProgressLine progress = new ProgressLine(console)) {
            evaluator = new Evaluator(data, replies, seed, progress);
            if (evaluator.canAsk()) {
                run(evaluator, progress);
            }
        }
        if (game.wanted()) {
            return game.play(evaluator, data, seed, console, json);
        }
        Path report = out != null ? out : model.toAbsolutePath().resolveSibling("eval.html");
        Evaluated evaluated = evaluator.evaluated(model.toString());
        evaluator.report(evaluated, report);
        Summary summary = new Summary()
                .evaluated(evaluated)
                .put("report", report.toString())
                .line("Report: " + report);
        AtomicFile.write(figures(report), summary.json() + "\n");
        json.print(console, summary);
        return ExitCode.DONE;
    }

    /** Where the figures of a report are: {@code eval.json} beside {@code eval.html}. */
    static Path figures(Path report) {
        String name = report.getFileName().toString();
        return report.toAbsolutePath().resolveSibling(name.replaceFirst("(\\.html?)?$", ".json"));
    }

    private void run(Evaluator evaluator, ProgressLine progress) {
        boolean run = Files.isDirectory(model);
        if (!engine.equals(TRAINER)) {
            if (run) {
                throw new ParameterException(
                        spec.commandLine(), "--engine " + engine + " runs files; export " + model + " first");
            }
            answerByEngine(evaluator);
        }
        @Nullable RunFile trained = run ? RunFile.read(model) : null;
        Path basePath = trained == null ? model : Path.of(trained.basePath());
        try (BaseModel base = BaseModels.open(basePath)) {
            @Nullable LoraAdapter adapter = trained == null ? null : PeftAdapter.read(model.resolve(Pipeline.ADAPTER));
            TrainOptions options = trained == null ? ExportSource.usualOptions() : trained.options();
            int seqLen = options.data().seqLen(base.config().contextLength());
            double applied = applied(base, adapter, options, progress);
            try (Speaker speaker = open(base, adapter, progress)) {
                speaker.strength(applied);
                if (engine.equals(TRAINER)) {
                    evaluator.answer(speaker);
                }
                if (!game.wanted()) {
                    measure(evaluator, speaker, adapter != null, seqLen, progress);
                }
            }
        }
    }

    private void measure(Evaluator evaluator, Speaker speaker, boolean adapted, int seqLen, ProgressLine progress) {
        Function<List<EncodedConversation>, double[]> predict = engine.equals("java-llama")
                ? samples -> LlamaScorer.score(model, samples, progress).nll()
                : samples -> nll(speaker.losses(samples, true, progress));
        evaluator.measure();
        Prediction.HeldOut heldOut = evaluator.heldOut(speaker.base(), seqLen);
        @Nullable Prediction base = adapted
                ? Prediction.of(heldOut, samples -> nll(speaker.losses(samples, false, progress)), Double.NaN)
                : null;
        evaluator.predicted(Prediction.of(
                heldOut, predict, base == null ? Double.NaN : base.nll().value()));
        evaluator.expose(speaker.base(), seqLen, predict);
        if (!noBaselines) {
            evaluator.measureSimple();
            if (adapted) {
                evaluator.measureBase(speaker, base);
            }
        }
    }

    private static double[] nll(List<NativeLoss> losses) {
        return losses.stream().mapToDouble(NativeLoss::sum).toArray();
    }

    private void answerByEngine(Evaluator evaluator) {
        EngineOptions options = EngineOptions.defaults()
                .withKind(ENGINES.getOrDefault(engine, EngineKind.AUTO))
                .withLibrary(library);
        try (Persona persona = Persona.open(model, ChatOptions.of(model), options)) {
            evaluator.answer(persona);
        }
    }

    private double applied(BaseModel base, @Nullable LoraAdapter adapter, TrainOptions options, ProgressLine progress) {
        if (adapter == null || !Double.isNaN(strength)) {
            return strength;
        }
        StrengthScan scan = StrengthScan.of(base, adapter, EvalData.read(data), options, progress);
        scan.lines().forEach(progress::println);
        return scan.picked();
    }

    private Speaker open(BaseModel base, @Nullable LoraAdapter adapter, ProgressLine progress) {
        return Speaker.open(
                base, adapter, new ComputeOptions(device, WeightsForm.AUTO, ComputeForm.AUTO, 0, 0, 0), progress);
    }
}
