package dev.kaiaku.cli;

import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.BaseSketch;
import dev.kaiaku.model.hub.BaseFetcher;
import dev.kaiaku.trainer.Forecast;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.forecast.DataSize;
import dev.kaiaku.trainer.memory.Layout;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: what training would take. */
@Command(
        name = "plan",
        description = {
            "Tell the memory and time that training takes, before anything is loaded or downloaded.",
            "Takes the options of `train`; the memory is what `train` itself plans with."
        },
        footer = {
            "",
            "Examples:",
            "  kaiaku-train plan --base smollm2-135m --data ana/data",
            "  kaiaku-train plan --base qwen3-8b --vram 12GiB --seq-len 4096",
            "  kaiaku-train plan --base Qwen/Qwen2.5-7B-Instruct --vram 24GiB --tflops 165"
        })
final class PlanCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Option(names = "--base", required = true, paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
    private String base;

    @Option(names = "--data", paramLabel = "DIR", description = "What `dataset build` wrote; its time is told too.")
    private @Nullable Path data;

    @Option(
            names = "--vram",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "Plan for a GPU with so much free memory, such as 12GiB, here or not (default: --device).")
    private long vram;

    @Option(
            names = "--tflops",
            paramLabel = "N",
            description = "Rate of that GPU in dense bf16 with f32 sums (default: ${DEFAULT-VALUE}, an RTX 3060's).",
            defaultValue = "25.5")
    private double tflops;

    @Mixin
    private TrainingOptions training;

    PlanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        TrainOptions options = training.resolve(null);
        BaseSketch sketch;
        @Nullable DataSize size;
        Forecast forecast;
        try (ProgressLine progress = new ProgressLine(console)) {
            sketch = new BaseFetcher().sketch(base, progress);
            size = data == null ? null : size(data, sketch, options, progress);
            forecast = Forecast.of(sketch, options, new Forecast.Card(vram, tflops * 1e12), size, progress);
        }
        json.print(console, summary(sketch, forecast, size));
        return ExitCode.DONE;
    }

    private static DataSize size(Path data, BaseSketch sketch, TrainOptions options, ProgressLine progress) {
        int seqLen = options.data().seqLen(sketch.config().contextLength());
        @Nullable Path path = sketch.path();
        if (path == null) {
            return DataSize.read(data, null, seqLen, progress);
        }
        try (BaseModel model = BaseModels.open(path)) {
            return DataSize.read(data, model, seqLen, progress);
        }
    }

    private Summary summary(BaseSketch sketch, Forecast forecast, @Nullable DataSize size) {
        NativeMemory memory = forecast.memory().memory();
        Layout layout = forecast.memory().layout();
        boolean gpu = forecast.device().gpu();
        int kept = forecast.memory().keptLayers();
        Summary summary = new Summary()
                .line(String.format(
                        Locale.ROOT,
                        "%s: %s parameters in %d layers, weights %s, products %s, on %s.",
                        sketch.name(),
                        ModelsCommand.size(sketch.config().parameters()),
                        forecast.layers(),
                        lower(forecast.weights()),
                        lower(forecast.compute()),
                        gpu ? "a GPU" : "this processor"))
                .line(row("weights", memory.weights(), layout.eightBitTables() ? "embedding and head in 8 bits" : ""))
                .line(row("adapter", memory.adapter(), "its gradients too"))
                .line(row("optimiser", memory.optimizer(), ""))
                .line(row(
                        "activations",
                        memory.activations(),
                        kept == forecast.layers()
                                ? "nothing computed twice"
                                : forecast.layers() - kept + " of " + forecast.layers() + " layers computed twice"))
                .line(row("workspace", memory.workspace(), layout.microTokens() + " tokens at once" + cached(forecast)))
                .line(row(
                        "besides",
                        forecast.memory().bytes() - memory.total(),
                        gpu ? "CUDA's own, estimated, and sample replies" : "Java, checkpoints, sample replies"))
                .line(row(
                        "together",
                        forecast.memory().bytes(),
                        "of " + TrainingDisplay.bytes(forecast.budget().limit())));
        if (memory.host() > 0) {
            summary.line(row(
                    "main memory",
                    memory.host(),
                    layout.offload()
                            ? "embedding and inputs of layers, beside the GPU's"
                            : "embedding, beside the GPU's"));
        }
        summary.line(String.format(
                        Locale.ROOT,
                        "Longest example that fits: %,d tokens; planned for %,d.",
                        forecast.longestContext(),
                        forecast.seqLen()))
                .line(String.format(
                        Locale.ROOT,
                        "About %s tokens/s, %s.",
                        ProgressLine.rate(forecast.tokensPerSecond()),
                        gpu
                                ? String.format(
                                        Locale.ROOT,
                                        "if the GPU's %.1f TFLOP/s are used to 60 %%: nothing of this has ever run on"
                                                + " one",
                                        tflops)
                                : "from one layer measured here"));
        if (size != null) {
            summary.line(String.format(
                            Locale.ROOT,
                            "The data has %s%,d tokens, %,d of them learned; all of it takes about %s.",
                            size.counted() ? "" : "about ",
                            size.tokens(),
                            size.targets(),
                            ProgressLine.clockTime(forecast.seconds())))
                    .put("data_tokens", size.tokens())
                    .put("data_target_tokens", size.targets())
                    .put("data_counted", size.counted() ? 1 : 0)
                    .put("training_seconds", forecast.seconds());
        }
        return summary.put("base", sketch.name())
                .put("parameters", sketch.config().parameters())
                .put("device", forecast.device().toString())
                .put("weights", lower(forecast.weights()))
                .put("compute", lower(forecast.compute()))
                .put("weights_bytes", memory.weights())
                .put("adapter_bytes", memory.adapter())
                .put("optimizer_bytes", memory.optimizer())
                .put("activations_bytes", memory.activations())
                .put("workspace_bytes", memory.workspace())
                .put("host_bytes", memory.host())
                .put("total_bytes", forecast.memory().bytes())
                .put("limit_bytes", forecast.budget().limit())
                .put("micro_tokens", layout.microTokens())
                .put("kept_layers", kept)
                .put("cached_layers", layout.cachedLayers())
                .put("offload", layout.offload() ? 1 : 0)
                .put("host_embedding", layout.hostEmbedding() ? 1 : 0)
                .put("eight_bit_tables", layout.eightBitTables() ? 1 : 0)
                .put("layers", forecast.layers())
                .put("seq_len", forecast.seqLen())
                .put("batch_tokens", forecast.batchTokens())
                .put("longest_context", forecast.longestContext())
                .put("tokens_per_second", forecast.tokensPerSecond())
                .put("speed_from", forecast.measured() ? "measurement" : "assumption");
    }

    private static String cached(Forecast forecast) {
        int held = Math.max(0, forecast.memory().layout().cachedLayers() - 1);
        return held == 0 ? "" : ", weights of " + held + " layers as products read them";
    }

    private static String row(String what, long bytes, String note) {
        String line = String.format(Locale.ROOT, "  %-12s %9s  %s", what, TrainingDisplay.bytes(bytes), note);
        return line.stripTrailing();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
