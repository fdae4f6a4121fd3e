package dev.kaiaku.trainer.memory;

import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.bindings.NativeWeights;
import dev.kaiaku.dataset.BadInputException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The fastest way of training that memory allows.
 *
 * @param layout how much is computed at once, and where it lies
 * @param memory that the native library will hold, by use
 * @param bytes most that the process will hold; of the GPU's memory where one computes
 */
public record MemoryPlan(Layout layout, NativeMemory memory, long bytes) {
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

    /** Tokens of a native call, T. */
    public int microTokens() {
        return layout.microTokens();
    }

    /** Layers that keep everything from forward to backward. */
    public int keptLayers() {
        return layout.keptLayers();
    }

    /**
     * The fastest that fits: everything kept if possible, with fewer tokens at once if need be; else as many layers
     * kept as fit with the fewest tokens at once. Beside a GPU the embedding moves to main memory before a layer runs
     * again; where even that is too much, so do the inputs of layers, and at last tables are kept in 8 bits.
     *
     * @throws BadInputException where nothing fits
     */
    public static MemoryPlan choose(NativeModelConfig model, Trainer trainer, Demand demand, Budget budget) {
        return new Search(model, trainer, demand, budget).fastest();
    }

    /** The most tokens of one example that fit, with every layer run again; 0 where none do. */
    public static int longest(NativeModelConfig model, Trainer trainer, Demand demand, Budget budget, int most) {
        return new Search(model, trainer, demand, budget).longest(most);
    }

    private record Search(NativeModelConfig model, Trainer trainer, Demand demand, Budget budget) {
        MemoryPlan fastest() {
            int smallest = 0;
            for (int tokens : demand.sizes(budget.gpu())) {
                for (boolean hostEmbedding : canMoveEmbedding() ? new boolean[] {false, true} : new boolean[] {false}) {
                    @Nullable MemoryPlan kept = fitting(layout(tokens, model.layers(), hostEmbedding));
                    if (kept != null) {
                        return withCache(kept);
                    }
                }
                smallest = tokens;
            }
            int tokens = smallest;
            @Nullable MemoryPlan best = most(model.layers(), kept -> fitting(layout(tokens, kept, canMoveEmbedding())));
            if (best != null) {
                return best;
            }
            Layout leanest = leanest(tokens);
            if (budget.gpu()) {
                for (boolean eightBits : new boolean[] {false, leanest.eightBitTables()}) {
                    for (boolean offload : new boolean[] {false, true}) {
                        Layout layout = new Layout(tokens, 0, 0, offload, leanest.hostEmbedding(), eightBits);
                        best = fitting(layout);
                        if (best != null) {
                            return best;
                        }
                    }
                }
            }
            throw tooLittle(of(leanest), budget, demand.longest());
        }

        int longest(int most) {
            @Nullable MemoryPlan longest = most(most, tokens -> tokens == 0 ? null : fitting(leanest(tokens)));
            return longest == null ? 0 : longest.microTokens();
        }

        /** What is fast: matrices of a whole layer at once on a GPU, which converts each anew for each product. */
        private Layout layout(int tokens, int keptLayers, boolean hostEmbedding) {
            return new Layout(tokens, keptLayers, converts() ? 1 : 0, false, hostEmbedding, false);
        }

        private Layout leanest(int tokens) {
            return budget.gpu()
                    ? new Layout(tokens, 0, 0, true, canMoveEmbedding(), canShrinkTables())
                    : Layout.plain(tokens, 0);
        }

        private boolean converts() {
            return budget.gpu() && model.weights() != NativeWeights.BF16;
        }

        private boolean canMoveEmbedding() {
            return budget.gpu() && !model.tiedEmbeddings();
        }

        private boolean canShrinkTables() {
            return model.tableWeights() == NativeWeights.BF16 && model.hiddenSize() % 32 == 0;
        }

        /** The same with as many layers converted once for all as fit. */
        private MemoryPlan withCache(MemoryPlan plan) {
            Layout l = plan.layout;
            if (l.cachedLayers() == 0) {
                return plan;
            }
            @Nullable MemoryPlan best = most(
                    model.layers(),
                    held -> fitting(new Layout(
                            l.microTokens(), l.keptLayers(), 1 + held, l.offload(), l.hostEmbedding(), false)));
            return best == null ? plan : best;
        }

        /** The plan for the greatest number from 0 to {@code most} that has one; what fits a number fits all below. */
        private static @Nullable MemoryPlan most(int most, IntFunction<@Nullable MemoryPlan> plan) {
            @Nullable MemoryPlan best = plan.apply(0);
            int fits = 0;
            for (int fitsNot = most + 1; fitsNot - fits > 1; ) {
                int middle = (fits + fitsNot) >>> 1;
                @Nullable MemoryPlan at = plan.apply(middle);
                if (at != null) {
                    best = at;
                    fits = middle;
                } else {
                    fitsNot = middle;
                }
            }
            return best;
        }

        private @Nullable MemoryPlan fitting(Layout layout) {
            MemoryPlan plan = of(layout);
            return plan.bytes <= budget.limit() && plan.memory.host() <= budget.host() ? plan : null;
        }

        private MemoryPlan of(Layout layout) {
            NativeMemory sizes = NativeMemory.plan(layout.apply(model), layout.apply(trainer));
            NativeMemory memory = new NativeMemory(
                    sizes.weights() + demand.fileBytes(),
                    sizes.adapter(),
                    sizes.optimizer(),
                    sizes.activations(),
                    sizes.workspace(),
                    sizes.host());
            // Checkpoints pass through Java: weights and both moments, twice as much as weights and gradients here.
            long passing = budget.gpu() ? 0 : 2 * memory.adapter();
            long bytes = memory.total() + demand.decoderBytes() + passing + budget.held();
            return new MemoryPlan(layout, memory, bytes);
        }
    }

    private static BadInputException tooLittle(MemoryPlan leanest, Budget budget, int longest) {
        if (leanest.bytes <= budget.limit()) {
            return new BadInputException(String.format(
                    Locale.ROOT,
                    "training beside this GPU needs %.2f GiB of main memory and %.2f GiB are free; a smaller --seq-len"
                            + " (the longest example has %d tokens) needs less",
                    gib(leanest.memory.host()),
                    gib(budget.host()),
                    longest));
        }
        return new BadInputException(String.format(
                Locale.ROOT,
                "training needs %.2f GiB of memory and %s %.2f GiB; --weights nf4, a smaller --seq-len (the longest"
                        + " example has %d tokens), a smaller --rank or a smaller base needs less",
                gib(leanest.bytes),
                budget.gpu() ? "the GPU gives" : budget.limited() ? "--memory-limit is" : "this process can have",
                gib(budget.limit()),
                longest));
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
