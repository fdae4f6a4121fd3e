package dev.kaiaku.bindings.libllama;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** A chain of libllama's samplers, applied in the order in which they were added. For one thread at a time. */
public final class LibllamaSampler implements AutoCloseable {
    private final LibllamaModel model;
    private final Header functions;
    private @Nullable Pointer chain;

    /** An empty chain; it needs {@link #greedy} or {@link #draw} as its last part. */
    public LibllamaSampler(LibllamaModel model) {
        this.model = model;
        this.functions = model.functions();
        this.chain = functions.llama_sampler_chain_init(new Header.SamplerParams());
    }

    /** Makes tokens less likely that were among the last ones. */
    public LibllamaSampler penalties(int lastTokens, double repeat, double frequency, double presence) {
        return add(functions.llama_sampler_init_penalties(
                model.vocabSize(), lastTokens, (float) repeat, (float) frequency, (float) presence));
    }

    public LibllamaSampler topK(int k) {
        return add(functions.llama_sampler_init_top_k(k));
    }

    public LibllamaSampler topP(double p) {
        return add(functions.llama_sampler_init_top_p((float) p, 0));
    }

    public LibllamaSampler minP(double p) {
        return add(functions.llama_sampler_init_min_p((float) p, 0));
    }

    public LibllamaSampler temperature(double value) {
        return add(functions.llama_sampler_init_temp((float) value));
    }

    /** Takes the likeliest token. */
    public LibllamaSampler greedy() {
        return add(functions.llama_sampler_init_greedy());
    }

    /** Draws a token by its probability. */
    public LibllamaSampler draw(int seed) {
        return add(functions.llama_sampler_init_dist(seed));
    }

    /** Tells the penalties of a token that was not sampled. */
    public void accept(int token) {
        functions.llama_sampler_accept(pointer(), token);
    }

    Pointer pointer() {
        if (chain == null) {
            throw new IllegalStateException("closed");
        }
        return chain;
    }

    private LibllamaSampler add(Pointer sampler) {
        functions.llama_sampler_chain_add(pointer(), sampler);
        return this;
    }

    @Override
    public void close() {
        if (chain != null) {
            functions.llama_sampler_free(chain);
            chain = null;
        }
    }
}
