package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.TrainOptions;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** The options of training; those left out keep the trainer's defaults. */
final class TrainingOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--rank", paramLabel = "R", description = "Rank of the adapter (default: 16).")
    private @Nullable Integer rank;

    @Option(names = "--alpha", paramLabel = "A", description = "The adapter counts alpha / rank times (default: 32).")
    private @Nullable Double alpha;

    @Option(
            names = "--targets",
            paramLabel = "NAMES",
            description =
                    "Linears to adapt: all-linear, or some of q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"
                            + " (default: all-linear).")
    private @Nullable String targets;

    @Option(names = "--lr", paramLabel = "LR", description = "Peak learning rate (default: 2e-4).")
    private @Nullable Double lr;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the examples (default: 3).")
    private @Nullable Integer epochs;

    @Option(names = "--max-steps", paramLabel = "N", description = "Updates; overrides --epochs.")
    private @Nullable Integer maxSteps;

    @Option(
            names = "--seq-len",
            paramLabel = "N",
            description = "Longer examples lose their beginning, in tokens (default: 2048).")
    private @Nullable Integer seqLen;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Tokens of an update (default: auto, at most 16384 and at least 60 updates a run).")
    private @Nullable Integer batchTokens;

    @Option(
            names = "--micro-tokens",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Tokens computed at once (default: auto, as memory allows).")
    private @Nullable Integer microTokens;

    @Option(
            names = "--eval-every",
            paramLabel = "N",
            description = "Updates between evaluations (default: about ten evaluations a run).")
    private @Nullable Integer evalEvery;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop after N evaluations without a new best (default: never).")
    private @Nullable Integer patience;

    @Option(
            names = "--memory-limit",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "Most memory to use, such as 6GiB (default: what is free).")
    private @Nullable Long memoryLimit;

    @Option(names = "--threads", paramLabel = "N", description = "Processors to use (default: all).")
    private @Nullable Integer threads;

    /**
     * The trainer's options.
     *
     * @throws ParameterException for a value out of range
     */
    TrainOptions resolve(@Nullable Long seed) {
        TrainOptions.Builder builder = TrainOptions.builder();
        ifGiven(rank, builder::rank);
        ifGiven(alpha, builder::alpha);
        ifGiven(targets, builder::targets);
        ifGiven(lr, builder::lr);
        ifGiven(epochs, builder::epochs);
        ifGiven(maxSteps, builder::maxSteps);
        ifGiven(seqLen, builder::seqLen);
        ifGiven(batchTokens, builder::batchTokens);
        ifGiven(microTokens, builder::microTokens);
        ifGiven(evalEvery, builder::evalEvery);
        ifGiven(patience, builder::patience);
        ifGiven(memoryLimit, builder::memoryLimit);
        ifGiven(threads, builder::threads);
        ifGiven(seed, builder::seed);
        try {
            return builder.build();
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }

    private static <T> void ifGiven(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /** A number, or {@code auto} for 0. */
    static final class AutoInt implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                return value.equalsIgnoreCase("auto") ? 0 : Integer.parseInt(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is neither a number nor auto");
            }
        }
    }

    /** Bytes: {@code 6GiB}, {@code 6G}, {@code 800MiB}, {@code 800000000}. */
    static final class ByteSize implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            String text = value.strip().toLowerCase(Locale.ROOT).replaceFirst("(ib|b)$", "");
            int shift = switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
                case 'k' -> 10;
                case 'm' -> 20;
                case 'g' -> 30;
                case 't' -> 40;
                default -> 0;
            };
            try {
                double number = Double.parseDouble(shift == 0 ? text : text.substring(0, text.length() - 1));
                if (number > 0 && number * (1L << shift) < Long.MAX_VALUE) {
                    return (long) (number * (1L << shift));
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is not a size such as 6GiB");
            }
            throw new TypeConversionException("'" + value + "' is not a size such as 6GiB");
        }
    }
}
