package dev.kaiaku.chat.engine;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import dev.kaiaku.bindings.DaemonThreads;
import dev.kaiaku.bindings.LlamaBinary;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.format.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A model run by java-llama.cpp 4.2.0, llama.cpp of March 2025, on the CPU. It does not give back the memory of a
 * model that is closed before the process ends.
 */
final class JavaLlamaEngine implements Engine {
    private static final int SETTLING_REQUESTS = 5;
    private static final long SETTLING_NANOS = 2_000_000;

    private final LlamaModel model;
    private final int contextTokens;
    private final int promptStep;
    private final RecentTexts computed;

    private JavaLlamaEngine(LlamaModel model, int contextTokens, int promptStep, int slots) {
        this.model = model;
        this.contextTokens = contextTokens;
        this.promptStep = promptStep;
        this.computed = new RecentTexts(slots);
    }

    /**
     * @param contextTokens of one slot
     * @param weights of the model
     */
    static JavaLlamaEngine open(Path gguf, int contextTokens, long weights, EngineOptions options) {
        prepareLibrary();
        int threads = options.resolvedThreads();
        ModelParameters parameters = new ModelParameters()
                .setModel(gguf.toString())
                .setCtxSize(contextTokens * options.slots())
                .setParallel(options.slots())
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setBatchSize(PromptStep.MOST)
                .setCacheTypeK(CacheType.valueOf(options.kvType().name()))
                .setCacheTypeV(CacheType.valueOf(options.kvType().name()))
                .skipWarmup()
                .disableContextShift()
                .disableLog();
        if (options.flashAttention() == FlashAttention.ON) {
            parameters.enableFlashAttn();
        }
        if (options.adapter() != null) {
            parameters.addLoraScaledAdapter(options.adapter().toString(), (float) options.strength());
        }
        try {
            LlamaModel model = new LlamaModel(parameters);
            settle(model, contextTokens);
            return new JavaLlamaEngine(model, contextTokens, PromptStep.tokens(weights), options.slots());
        } catch (RuntimeException e) {
            // java-llama.cpp's own exception class is not public.
            throw new BadInputException(
                    gguf + ": java-llama.cpp cannot run this file (" + e.getMessage()
                            + "); export it again, or run it with --engine libllama",
                    e);
        }
    }

    /**
     * When java-llama.cpp has nothing to do for the first time, it clears what it has computed but goes on counting on
     * it. That must come before the first reply, not after it: a few requests that it refuses, being too long, give it
     * the time.
     */
    private static void settle(LlamaModel model, int contextTokens) {
        String tooLong = "a ".repeat(contextTokens + 1);
        for (int i = 0; i < SETTLING_REQUESTS; i++) {
            try {
                LlamaIterator refused = model.generate(new InferenceParameters(tooLong).setNPredict(0))
                        .iterator();
                while (refused.hasNext()) {
                    refused.next();
                }
            } catch (RuntimeException e) {
                // It is refused; what matters is that it was looked at.
            }
            LockSupport.parkNanos(SETTLING_NANOS);
        }
    }

    /** java-llama.cpp would extract its library anew each time, and delete llama* from the temporary folder. */
    private static void prepareLibrary() {
        String folder = LlamaBinary.folder().toString();
        System.setProperty("de.kherud.llama.lib.path", folder);
        System.setProperty("de.kherud.llama.tmpdir", folder);
        DaemonThreads.letJavaLlamaUse(LlamaModel.class);
    }

    @Override
    public String description() {
        return "java-llama.cpp 4.2.0 (llama.cpp b4916) on the CPU";
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int count(List<Segment> prompt) {
        // One more for the beginning-of-sequence token that some files ask for.
        return model.encode(text(prompt)).length + 1;
    }

    @Override
    public Written write(List<Segment> prompt, Sampling sampling, int maxTokens, Sink sink) {
        String text = text(prompt);
        int promptTokens = count(prompt) - 1;
        read(text, Math.max(1, (int) ((long) text.length() * promptStep / Math.max(1, promptTokens))), sink);
        InferenceParameters parameters = new InferenceParameters(text)
                .setCachePrompt(true)
                .setNPredict(maxTokens)
                .setRepeatLastN(sampling.penaltyTokens())
                .setRepeatPenalty((float) sampling.repeatPenalty())
                .setFrequencyPenalty((float) sampling.frequencyPenalty())
                .setPresencePenalty((float) sampling.presencePenalty())
                .setTopK(sampling.candidates())
                .setTopP((float) sampling.topP())
                .setMinP((float) sampling.minP())
                .setTemperature((float) sampling.temperature())
                .setSeed(sampling.seed());
        if (!sink.wanted()) {
            return new Written(false, promptTokens, -1, 0);
        }
        LlamaIterator pieces = model.generate(parameters).iterator();
        int tokens = 0;
        boolean over = false;
        try {
            while (!over && sink.wanted()) {
                String piece = pieces.next().text;
                over = !pieces.hasNext();
                // The last output says only that there are no more.
                tokens += over ? 0 : 1;
                if (!piece.isEmpty()) {
                    sink.piece(piece);
                }
            }
        } finally {
            if (!over) {
                pieces.cancel();
            }
        }
        return new Written(over && tokens < maxTokens, promptTokens, -1, tokens);
    }

    /**
     * Computes a prompt in steps of so many characters up to the last one, as long as it is wanted: java-llama.cpp
     * goes through with a prompt that it has begun, whoever cancels it.
     */
    private void read(String text, int step, Sink sink) {
        int done = computed.sharedBeginning(text);
        while (text.length() - done > step && sink.wanted()) {
            int end = done + step + (Character.isLowSurrogate(text.charAt(done + step)) ? 1 : 0);
            LlamaIterator nothing = model.generate(new InferenceParameters(text.substring(0, end))
                            .setCachePrompt(true)
                            .setNPredict(0))
                    .iterator();
            while (nothing.hasNext()) {
                nothing.next();
            }
            done = end;
        }
        computed.add(sink.wanted() ? text : text.substring(0, done));
    }

    @Override
    public void strength(double factor) {
        throw new BadInputException(
                "java-llama.cpp cannot change the strength of an adapter while it runs; use --engine libllama");
    }

    @Override
    public void close() {
        model.close();
    }

    private static String text(List<Segment> prompt) {
        return prompt.stream().map(Segment::text).collect(Collectors.joining());
    }
}
