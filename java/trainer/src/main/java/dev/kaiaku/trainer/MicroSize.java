package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.architecture.ModelConfig;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * How much is computed at once.
 *
 * @param tokens of a native call, T
 * @param recompute layers run again in backward
 * @param bytes that weights and training hold then
 */
record MicroSize(int tokens, boolean recompute, long bytes) {
    /** More tokens at once make a processor no faster. */
    private static final int USEFUL = 2048;
    /** Fewer make it slower than running layers twice does. */
    private static final int LEAST = 512;

    /**
     * The fastest that fits: everything kept if possible, with fewer tokens at once if need be; else recomputation.
     *
     * @param longest tokens of the longest example, which is never split
     * @throws BadInputException where nothing fits
     */
    static MicroSize choose(
            ModelConfig config, TrainOptions options, int targets, int threads, int longest, int batchTokens) {
        long limit = options.memoryLimit() > 0 ? options.memoryLimit() : FreeMemory.bytes() / 10 * 9;
        Set<Integer> sizes = sizes(options.microTokens(), longest, batchTokens);
        NativeModelConfig sizesOfModel = BaseLoader.nativeConfig(config);
        long least = Long.MAX_VALUE;
        for (boolean recompute : new boolean[] {false, true}) {
            for (int tokens : sizes) {
                NativeTrainerOptions trainer = NativeTrainerOptions.builder(options.rank(), targets, tokens)
                        .keptLayers(recompute ? 0 : config.layers())
                        .threads(threads)
                        .build();
                long bytes = NativeMemory.plan(sizesOfModel, trainer).total();
                if (bytes <= limit) {
                    return new MicroSize(tokens, recompute, bytes);
                }
                least = Math.min(least, bytes);
            }
        }
        throw new BadInputException(String.format(
                Locale.ROOT,
                "training needs %.1f GiB of memory and %s %.1f GiB; a smaller --seq-len (the longest example has %d"
                        + " tokens) or a smaller base needs less",
                gib(least),
                options.memoryLimit() > 0 ? "--memory-limit is" : "there are",
                gib(limit),
                longest));
    }

    private static Set<Integer> sizes(int asked, int longest, int batchTokens) {
        Set<Integer> sizes = new LinkedHashSet<>();
        if (asked > 0) {
            sizes.add(Math.max(asked, longest));
            return sizes;
        }
        int least = Math.max(longest, Math.min(batchTokens, LEAST));
        for (int size = Math.max(longest, Math.min(batchTokens, USEFUL)); size > least; size /= 2) {
            sizes.add(size);
        }
        sizes.add(least);
        return sizes;
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
