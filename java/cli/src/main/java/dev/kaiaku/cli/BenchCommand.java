package dev.kaiaku.cli;

import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.bench.ReplyBench;
import dev.kaiaku.trainer.bench.TrainBench;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: how fast this machine is at the parts of the work. */
@Command(name = "bench", description = "Measure how fast this machine is.", synopsisSubcommandLabel = "COMMAND")
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what to measure is missing");
    }

    /** {@code bench train}. */
    @Command(
            name = "train",
            description = "Measure steps of training: rank 16 on all linears, random tokens.",
            footer = {
                "",
                "Examples:",
                "  kaiaku-train bench train --json",
                "  kaiaku-train bench train --base smollm2-135m --weights nf4 --rows 2 --seq-len 1024"
            })
    static final class Train implements Callable<Integer> {
        private final Console console;

        @Spec
        private CommandSpec spec;

        @Mixin
        private JsonOption json;

        @Option(
                names = "--base",
                paramLabel = "MODEL",
                description = "Base to measure (default: random weights in the sizes of SmolLM2-135M).")
        private @Nullable String base;

        @Option(
                names = "--device",
                paramLabel = "DEVICE",
                converter = DeviceConverter.class,
                description = "To compute on: " + DeviceConverter.DESCRIPTION)
        private Device device = Device.AUTO;

        @Option(names = "--weights", paramLabel = "FORM", description = "auto, nf4, bf16, f32 or file (default: auto).")
        private WeightsForm weights = WeightsForm.AUTO;

        @Option(names = "--compute", paramLabel = "FORM", description = "auto, bf16 or f32 (default: auto).")
        private ComputeForm compute = ComputeForm.AUTO;

        @Option(names = "--rows", paramLabel = "N", description = "Rows of a step (default: 4).")
        private int rows = 4;

        @Option(names = "--seq-len", paramLabel = "N", description = "Tokens of a row (default: 512).")
        private int seqLen = 512;

        @Option(
                names = "--target-share",
                paramLabel = "P",
                description = "Share of tokens that are learned (default: 1).")
        private double targetShare = 1;

        @Option(names = "--steps", paramLabel = "N", description = "Steps to measure, after a first one (default: 3).")
        private int steps = 3;

        @Option(names = "--threads", paramLabel = "N", description = "Processors to use (default: all).")
        private int threads;

        Train(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            TrainBench.Options options;
            try {
                options = new TrainBench.Options(device, weights, compute, rows, seqLen, targetShare, steps, threads);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "cannot be measured: " + e.getMessage(), e);
            }
            json.print(console, summary(measure(options)));
            return ExitCode.DONE;
        }

        private TrainBench measure(TrainBench.Options options) {
            try (ProgressLine progress = new ProgressLine(console)) {
                if (base == null) {
                    return TrainBench.run(null, options, progress);
                }
                try (BaseModel model = BaseModels.open(new Pipeline(progress).fetch(base))) {
                    return TrainBench.run(model, options, progress);
                }
            }
        }

        private static Summary summary(TrainBench bench) {
            return new Summary()
                    .line(String.format(
                            Locale.ROOT,
                            "%s on %s, weights %s, products %s, %d threads: %.0f tokens/s, %.0f GFLOP/s, %s of memory"
                                    + " at the most.",
                            bench.model(),
                            bench.device(),
                            lower(bench.weights()),
                            lower(bench.compute()),
                            bench.threads(),
                            bench.tokensPerSecond(),
                            bench.gflops(),
                            TrainingDisplay.bytes(bench.peakMemoryBytes())))
                    .put("model", bench.model())
                    .put("device", bench.device().toString())
                    .put("weights", lower(bench.weights()))
                    .put("compute", lower(bench.compute()))
                    .put("threads", bench.threads())
                    .put("rows", bench.rows())
                    .put("seq_len", bench.seqLen())
                    .put("target_tokens", bench.targets())
                    .put("step_seconds", bench.seconds())
                    .put("tokens_per_second", bench.tokensPerSecond())
                    .put("gflops", bench.gflops())
                    .put("native_bytes", bench.nativeBytes())
                    .put("peak_memory_bytes", bench.peakMemoryBytes());
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@code bench replies}. */
    @Command(
            name = "replies",
            description = "Measure replies that grow together, as `eval` makes them, against one after another.",
            footer = {"", "Example:", "  kaiaku-train bench replies --replies 32 --json"})
    static final class Replies implements Callable<Integer> {
        private final Console console;

        @Spec
        private CommandSpec spec;

        @Mixin
        private JsonOption json;

        @Option(names = "--replies", paramLabel = "N", description = "Replies of each way (default: 32).")
        private int replies = 32;

        @Option(names = "--slots", paramLabel = "N", description = "That grow together (default: 16).")
        private int slots = 16;

        @Option(names = "--prompt", paramLabel = "N", description = "Tokens of a prompt (default: 200).")
        private int promptTokens = 200;

        @Option(names = "--tokens", paramLabel = "N", description = "Tokens of a reply (default: 48).")
        private int replyTokens = 48;

        Replies(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            if (Math.min(Math.min(replies, slots), Math.min(promptTokens, replyTokens)) < 1) {
                throw new ParameterException(spec.commandLine(), "cannot be measured: sizes should be 1 or more");
            }
            ReplyBench bench;
            try (ProgressLine progress = new ProgressLine(console)) {
                bench = ReplyBench.run(replies, slots, promptTokens, replyTokens, progress);
            }
            json.print(
                    console,
                    new Summary()
                            .line(String.format(
                                    Locale.ROOT,
                                    "%d replies of %d tokens to prompts of %d: %.1f s, %d at once; %.1f s one by one:"
                                            + " %.1f times as fast.",
                                    bench.replies(),
                                    replyTokens,
                                    promptTokens,
                                    bench.together(),
                                    bench.slots(),
                                    bench.oneByOne(),
                                    bench.speedup()))
                            .put("replies", bench.replies())
                            .put("slots", bench.slots())
                            .put("seconds_together", bench.together())
                            .put("seconds_one_by_one", bench.oneByOne())
                            .put("speedup", bench.speedup()));
            return ExitCode.DONE;
        }
    }
}
