package dev.kaiaku.trainer.memory;

import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.BadInputException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * How much is computed at once, and how much of it is kept from forward to backward.
 *
 * @param microTokens tokens of a native call, T
 * @param keptLayers layers that keep everything; the others keep their input and run again in backward
 * @param memory that the native library will hold, by use
 * @param bytes most that the process will hold; of the GPU's memory where one computes
 */
public record MemoryPlan(int microTokens, int keptLayers, NativeMemory memory, long bytes) {
    /** More tokens at once make a processor no faster. */
    private static final int USEFUL = 2048;
    /** Fewer make it slower than running layers twice does. */
    private static final int LEAST = 512;
    /** The same of a GPU, which converts every weight anew for each call. Estimated, never measured. */
    private static final int USEFUL_ON_GPU = 8192;

    private static final int LEAST_ON_GPU = 2048;

    /** The options of a native trainer for a choice of tokens at once and layers kept. */
    @FunctionalInterface
    public interface Trainer {
        NativeTrainerOptions options(int microTokens, int keptLayers);
    }

    /**
     * What examples ask for.
     *
     * @param longest tokens of the longest example, which is never split
     * @param batchTokens of an update; more at once are of no use
     * @param microTokens tokens at once that the user asked for; 0: as memory allows
     * @param fileBytes of matrices that stay as their file has them, which no sizes tell; 0: none do
     * @param decoderBytes of a decoder that is made beside the trainer; 0: none is
     */
    public record Demand(int longest, int batchTokens, int microTokens, long fileBytes, long decoderBytes) {
        private Set<Integer> sizes(boolean gpu) {
            Set<Integer> sizes = new LinkedHashSet<>();
            if (microTokens > 0) {
                sizes.add(Math.max(microTokens, longest));
                return sizes;
            }
            int least = Math.max(longest, Math.min(batchTokens, gpu ? LEAST_ON_GPU : LEAST));
            int useful = Math.max(longest, Math.min(batchTokens, gpu ? USEFUL_ON_GPU : USEFUL));
            for (int size = useful; size > least; size /= 2) {
                sizes.add(size);
            }
            sizes.add(least);
            return sizes;
        }
    }

    /**
     * The fastest that fits: everything kept if possible, with fewer tokens at once if need be; else as many layers
     * kept as fit with the fewest tokens at once.
     *
     * @throws BadInputException where nothing fits
     */
    public static MemoryPlan choose(NativeModelConfig model, Trainer trainer, Demand demand, Budget budget) {
        int smallest = 0;
        for (int tokens : demand.sizes(budget.gpu())) {
            MemoryPlan plan = of(model, trainer.options(tokens, model.layers()), demand, budget);
            if (plan.bytes <= budget.limit()) {
                return plan;
            }
            smallest = tokens;
        }
        MemoryPlan best = of(model, trainer.options(smallest, 0), demand, budget);
        if (best.bytes > budget.limit()) {
            throw tooLittle(best.bytes, budget, demand.longest());
        }
        for (int fits = 0, fitsNot = model.layers(); fitsNot - fits > 1; ) {
            int middle = (fits + fitsNot) / 2;
            MemoryPlan plan = of(model, trainer.options(smallest, middle), demand, budget);
            if (plan.bytes <= budget.limit()) {
                best = plan;
                fits = middle;
            } else {
                fitsNot = middle;
            }
        }
        return best;
    }

    /** The most tokens of one example that fit, with every layer run again; 0 where none do. */
    public static int longest(NativeModelConfig model, Trainer trainer, Demand demand, Budget budget, int most) {
        int fits = 0;
        for (int fitsNot = most + 1; fitsNot - fits > 1; ) {
            int middle = (fits + fitsNot) >>> 1;
            if (of(model, trainer.options(middle, 0), demand, budget).bytes <= budget.limit()) {
                fits = middle;
            } else {
                fitsNot = middle;
            }
        }
        return fits;
    }

    private static MemoryPlan of(NativeModelConfig model, NativeTrainerOptions options, Demand demand, Budget budget) {
        NativeMemory sizes = NativeMemory.plan(model, options);
        NativeMemory memory = new NativeMemory(
                sizes.weights() + demand.fileBytes(),
                sizes.adapter(),
                sizes.optimizer(),
                sizes.activations(),
                sizes.workspace());
        // Checkpoints pass through Java: weights and both moments, twice as much as weights and gradients here.
        long passing = budget.gpu() ? 0 : 2 * memory.adapter();
        long bytes = memory.total() + demand.decoderBytes() + passing + budget.held();
        return new MemoryPlan(options.maxTokens(), options.keptLayers(), memory, bytes);
    }

    private static BadInputException tooLittle(long needed, Budget budget, int longest) {
        return new BadInputException(String.format(
                Locale.ROOT,
                "training needs %.2f GiB of memory and %s %.2f GiB; --weights nf4, a smaller --seq-len (the longest"
                        + " example has %d tokens), a smaller --rank or a smaller base needs less",
                gib(needed),
                budget.gpu() ? "the GPU gives" : budget.limited() ? "--memory-limit is" : "this process can have",
                gib(budget.limit()),
                longest));
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
