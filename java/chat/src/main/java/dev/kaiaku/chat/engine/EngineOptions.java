package dev.kaiaku.chat.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a persona's file is run. Immutable; made from {@link #defaults} and changed by its {@code with} methods.
 *
 * @param kind which llama.cpp
 * @param library a libllama of the user's own, null for the one in the user's cache
 * @param contextTokens how much of a conversation the persona sees, its reply included; at most what the model was
 *     made for
 * @param slots replies that are written at the same time, and conversations whose computed context is kept
 * @param threads 0 for as many as there are processors
 * @param gpuLayers layers computed by a GPU: 0 none, {@link #ALL_LAYERS} all where there is a GPU
 * @param kvType needs flash attention where it is not a float type
 * @param adapter a LoRA adapter as a GGUF file, applied to the file while it runs; null for none
 * @param strength factor of the adapter's change: 1 as trained, 0 none
 */
public record EngineOptions(
        EngineKind kind,
        @Nullable Path library,
        int contextTokens,
        int slots,
        int threads,
        int gpuLayers,
        FlashAttention flashAttention,
        KvType kvType,
        @Nullable Path adapter,
        double strength) {
    /** Every layer, where there is a GPU. */
    public static final int ALL_LAYERS = -1;

    private static final int MOST_SLOTS = 64;

    public EngineOptions {
        check(contextTokens >= 32, "a context of at least 32 tokens", contextTokens);
        check(slots >= 1 && slots <= MOST_SLOTS, "1 to " + MOST_SLOTS + " slots", slots);
        check(threads >= 0 && threads <= 1024, "0 to 1024 threads", threads);
        check(gpuLayers >= ALL_LAYERS, "GPU layers from 0, or -1 for all", gpuLayers);
        checkStrength(strength);
    }

    /** Automatic engine, one slot with 4096 tokens of context, all processors, the GPU where the engine has one. */
    public static EngineOptions defaults() {
        return new EngineOptions(
                EngineKind.AUTO, null, 4096, 1, 0, ALL_LAYERS, FlashAttention.AUTO, KvType.F16, null, 1);
    }

    public EngineOptions withKind(EngineKind value) {
        return new EngineOptions(
                value, library, contextTokens, slots, threads, gpuLayers, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withLibrary(@Nullable Path value) {
        return new EngineOptions(
                kind, value, contextTokens, slots, threads, gpuLayers, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withContextTokens(int value) {
        return new EngineOptions(
                kind, library, value, slots, threads, gpuLayers, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withSlots(int value) {
        return new EngineOptions(
                kind, library, contextTokens, value, threads, gpuLayers, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withThreads(int value) {
        return new EngineOptions(
                kind, library, contextTokens, slots, value, gpuLayers, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withGpuLayers(int value) {
        return new EngineOptions(
                kind, library, contextTokens, slots, threads, value, flashAttention, kvType, adapter, strength);
    }

    public EngineOptions withFlashAttention(FlashAttention value) {
        return new EngineOptions(
                kind, library, contextTokens, slots, threads, gpuLayers, value, kvType, adapter, strength);
    }

    public EngineOptions withKvType(KvType value) {
        return new EngineOptions(
                kind, library, contextTokens, slots, threads, gpuLayers, flashAttention, value, adapter, strength);
    }

    public EngineOptions withAdapter(@Nullable Path value, double newStrength) {
        return new EngineOptions(
                kind, library, contextTokens, slots, threads, gpuLayers, flashAttention, kvType, value, newStrength);
    }

    /** The threads to use: those asked for, or one per processor. */
    public int resolvedThreads() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    /** Throws {@link IllegalArgumentException} for a factor of an adapter that makes no sense. */
    public static void checkStrength(double strength) {
        check(strength >= -10 && strength <= 10, "a strength from -10 to 10", strength);
    }

    private static void check(boolean holds, String wanted, Number given) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + wanted + ", got " + given);
        }
    }
}
