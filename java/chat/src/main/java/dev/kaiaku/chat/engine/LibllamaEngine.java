package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.libllama.Libllama;
import dev.kaiaku.bindings.libllama.LibllamaContext;
import dev.kaiaku.bindings.libllama.LibllamaModel;
import dev.kaiaku.bindings.libllama.LibllamaSampler;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.format.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A model run by llama.cpp of today. Replies that are written at the same time are computed together. */
final class LibllamaEngine implements Engine {
    private final ComputeThread thread;
    private final Libllama library;
    private final LibllamaModel model;
    private final LibllamaContext context;
    private final TokenLoop loop;
    private final int contextTokens;
    private final int gpuLayers;

    private LibllamaEngine(
            ComputeThread thread,
            Libllama library,
            LibllamaModel model,
            LibllamaContext context,
            int contextTokens,
            long weights,
            EngineOptions options) {
        this.thread = thread;
        this.library = library;
        this.model = model;
        this.context = context;
        this.contextTokens = contextTokens;
        this.gpuLayers = options.gpuLayers();
        boolean othersWait = options.slots() > 1 && !onGpu();
        this.loop = new TokenLoop(
                model, context, options.slots(), othersWait ? PromptStep.tokens(weights) : PromptStep.MOST);
    }

    /**
     * @param contextTokens of one slot
     * @param weights of the model
     */
    static LibllamaEngine open(Path library, Path gguf, int contextTokens, long weights, EngineOptions options) {
        ComputeThread thread = new ComputeThread("kaiaku-libllama");
        try {
            LibllamaEngine engine = thread.call(() -> load(thread, library, gguf, contextTokens, weights, options));
            thread.start(engine.loop::run);
            return engine;
        } catch (RuntimeException e) {
            thread.close();
            throw e instanceof NativeException ? new BadInputException(gguf + ": " + e.getMessage(), e) : e;
        }
    }

    private static LibllamaEngine load(
            ComputeThread thread, Path library, Path gguf, int contextTokens, long weights, EngineOptions options) {
        Libllama loaded = Libllama.load(library);
        LibllamaModel model = LibllamaModel.open(loaded, gguf, options.gpuLayers());
        try {
            if (options.adapter() != null) {
                model.loadAdapter(options.adapter());
            }
            LibllamaContext context = new LibllamaContext(
                    model,
                    new LibllamaContext.Sizes(
                            contextTokens,
                            options.slots(),
                            PromptStep.MOST,
                            options.resolvedThreads(),
                            flashAttention(options.flashAttention()),
                            typeId(options.kvType())));
            if (options.adapter() != null) {
                context.strength(options.strength());
            }
            return new LibllamaEngine(thread, loaded, model, context, contextTokens, weights, options);
        } catch (NativeException e) {
            model.close();
            throw e;
        }
    }

    private static int flashAttention(FlashAttention wanted) {
        return switch (wanted) {
            case AUTO -> -1;
            case OFF -> 0;
            case ON -> 1;
        };
    }

    /** The id of {@code ggml_type}. */
    private static int typeId(KvType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q5_0 -> 6;
            case Q5_1 -> 7;
            case Q8_0 -> 8;
        };
    }

    @Override
    public String description() {
        return "libllama " + library.version() + " on " + (onGpu() ? String.join(", ", library.gpus()) : "the CPU");
    }

    private boolean onGpu() {
        return gpuLayers != 0 && !library.gpus().isEmpty();
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int count(List<Segment> prompt) {
        return tokens(prompt).length;
    }

    @Override
    public Written write(List<Segment> prompt, Sampling sampling, int maxTokens, Sink sink) {
        int[] tokens = tokens(prompt);
        LibllamaSampler sampler = sampler(sampling);
        if (sampling.penalises()) {
            Arrays.stream(tokens)
                    .skip(Math.max(0, tokens.length - sampling.penaltyTokens()))
                    .forEach(sampler::accept);
        }
        return loop.write(new TokenTask(tokens, sampler, maxTokens, sink));
    }

    private LibllamaSampler sampler(Sampling sampling) {
        LibllamaSampler sampler = new LibllamaSampler(model);
        if (sampling.penalises()) {
            sampler.penalties(
                    sampling.penaltyTokens(),
                    sampling.repeatPenalty(),
                    sampling.frequencyPenalty(),
                    sampling.presencePenalty());
        }
        if (sampling.temperature() == 0) {
            return sampler.greedy();
        }
        if (sampling.candidates() > 0) {
            sampler.topK(sampling.candidates());
        }
        if (sampling.topP() < 1) {
            sampler.topP(sampling.topP());
        }
        if (sampling.minP() > 0) {
            sampler.minP(sampling.minP());
        }
        return sampler.temperature(sampling.temperature()).draw(sampling.seed());
    }

    /** The prompt's tokens, piece by piece as training made them: what people say cannot become a control token. */
    private int[] tokens(List<Segment> prompt) {
        int[] tokens = new int[64];
        int length = 0;
        int bos = model.bos();
        if (bos >= 0) {
            tokens[length++] = bos;
        }
        for (Segment segment : joined(prompt)) {
            int[] ids = model.tokenize(segment.text(), segment.control());
            if (length + ids.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, length + ids.length));
            }
            System.arraycopy(ids, 0, tokens, length, ids.length);
            length += ids.length;
        }
        return Arrays.copyOf(tokens, length);
    }

    /** Texts between control tokens as one: some tokenisers put a space before each text that they are given. */
    private static List<Segment> joined(List<Segment> prompt) {
        List<Segment> joined = new ArrayList<>();
        for (Segment segment : prompt) {
            int last = joined.size() - 1;
            if (last >= 0 && !segment.control() && !joined.get(last).control()) {
                joined.set(last, new Segment(joined.get(last).text() + segment.text(), false, false));
            } else {
                joined.add(segment);
            }
        }
        return joined;
    }

    @Override
    public void strength(double factor) {
        loop.strength(factor);
    }

    @Override
    public void close() {
        loop.close();
        thread.call(() -> {
            context.close();
            model.close();
            return true;
        });
        thread.close();
    }
}
