package dev.kaiaku.bindings;

/**
 * Bytes by use; {@code kaiaku_memory}.
 *
 * @param weights frozen weights of the model
 * @param adapter LoRA weights and their gradients
 * @param optimizer AdamW moments
 * @param activations what is kept from forward to backward
 * @param workspace buffers reused by every layer, logits chunk included
 * @param host of the host's memory, beside a GPU: embedding and offloaded inputs
 */
public record NativeMemory(long weights, long adapter, long optimizer, long activations, long workspace, long host) {

    /**
     * What a model and a trainer of these sizes will hold, without making them.
     *
     * @throws NativeException INVALID_ARGUMENT, naming the size
     */
    public static NativeMemory plan(NativeModelConfig config, NativeTrainerOptions options) {
        KaiakuLibrary.Memory memory = new KaiakuLibrary.Memory();
        Kaiaku.check(Kaiaku.library().kaiaku_plan_memory(config.toStruct(), options.toStruct(), memory));
        return of(memory);
    }

    static NativeMemory of(KaiakuLibrary.Memory memory) {
        return new NativeMemory(
                memory.weights, memory.adapter, memory.optimizer, memory.activations, memory.workspace, memory.host);
    }

    /** Of the device that computes. */
    public long total() {
        return weights + adapter + optimizer + activations + workspace;
    }
}
