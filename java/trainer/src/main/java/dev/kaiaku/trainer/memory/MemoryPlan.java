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
 * @param bytes most that the process will hold
 */
public record MemoryPlan(int microTokens, int keptLayers, long bytes) {
    /** More tokens at once make a processor no faster. */
    private static final int USEFUL = 2048;
    /** Fewer make it slower than running layers twice does. */
    private static final int LEAST = 512;
    /** What Java's own memory may still grow by while it trains. */
    private static final long GROWTH = 192L << 20;

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
     */
    public record Demand(int longest, int batchTokens, int microTokens, long fileBytes) {
        private Set<Integer> sizes() {
            Set<Integer> sizes = new LinkedHashSet<>();
            if (microTokens > 0) {
                sizes.add(Math.max(microTokens, longest));
                return sizes;
            }
            int least = Math.max(longest, Math.min(batchTokens, LEAST));
            for (int size = Math.max(longest, Math.min(batchTokens, USEFUL)); size > least; size /= 2) {
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
     * @param limit bytes that the process may hold; 0: what is free now
     * @throws BadInputException where nothing fits
     */
    public static MemoryPlan choose(NativeModelConfig model, Trainer trainer, Demand demand, long limit) {
        long held = FreeMemory.residentBytes() + GROWTH + demand.fileBytes();
        long free = limit > 0 ? limit - held : FreeMemory.bytes() / 10 * 9 - GROWTH - demand.fileBytes();
        int smallest = 0;
        for (int tokens : demand.sizes()) {
            long bytes = bytes(model, trainer, tokens, model.layers());
            if (bytes <= free) {
                return new MemoryPlan(tokens, model.layers(), bytes + held);
            }
            smallest = tokens;
        }
        long least = bytes(model, trainer, smallest, 0);
        if (least > free) {
            throw tooLittle(least + held, limit > 0 ? limit : free + held, limit > 0, demand.longest());
        }
        int fits = 0;
        for (int fitsNot = model.layers(); fitsNot - fits > 1; ) {
            int middle = (fits + fitsNot) / 2;
            if (bytes(model, trainer, smallest, middle) <= free) {
                fits = middle;
            } else {
                fitsNot = middle;
            }
        }
        return new MemoryPlan(smallest, fits, bytes(model, trainer, smallest, fits) + held);
    }

    private static long bytes(NativeModelConfig model, Trainer trainer, int tokens, int keptLayers) {
        NativeMemory memory = NativeMemory.plan(model, trainer.options(tokens, keptLayers));
        // Checkpoints pass through Java: weights and both moments, twice as much as weights and gradients here.
        return memory.total() + 2 * memory.adapter();
    }

    private static BadInputException tooLittle(long needed, long allowed, boolean limited, int longest) {
        return new BadInputException(String.format(
                Locale.ROOT,
                "training needs %.2f GiB of memory and %s %.2f GiB; --weights nf4, a smaller --seq-len (the longest"
                        + " example has %d tokens), a smaller --rank or a smaller base needs less",
                gib(needed),
                limited ? "--memory-limit is" : "this process can have",
                gib(allowed),
                longest));
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
