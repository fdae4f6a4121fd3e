package dev.kaiaku.trainer;

import dev.kaiaku.bindings.Kaiaku;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.checkpoint.Fingerprint;
import dev.kaiaku.trainer.memory.Budget;
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.LoraOptions;
import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.packing.Examples;
import dev.kaiaku.trainer.packing.Update;
import dev.kaiaku.trainer.samples.SampleReplies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run works on, read and counted, before any plan.
 *
 * @param data folder of the dataset
 * @param held conversations of validation
 * @param train examples that are trained on
 * @param validation examples that are evaluated
 */
record Preparation(
        BaseModel base, Path data, TrainOptions options, List<Conversation> held, Examples train, Examples validation) {
    private static final String TRAIN = "train.jsonl";
    private static final String VALIDATION = "validation.jsonl";

    /**
     * Reads the data.
     *
     * @throws BadInputException for data or options that this base cannot be trained with
     */
    static Preparation read(BaseModel base, Path data, TrainOptions options, Progress progress) {
        LoraTarget.requireRank(
                options.lora().rank(), LoraTarget.parse(options.lora().targets()), base.config());
        int seqLen = options.data().seqLen(base.config().contextLength());
        Path file = data.resolve(VALIDATION);
        List<Conversation> held = Files.exists(file) ? ConversationFile.read(file) : List.of();
        Examples train = Examples.read(data.resolve(TRAIN), base, seqLen, progress);
        if (train.list().isEmpty()) {
            throw new BadInputException(data.resolve(TRAIN) + ": none of its " + train.dropped()
                    + " conversations has a reply to learn; build it again, for a persona who answers");
        }
        return new Preparation(base, data, options, held, train, Examples.of(held, base, seqLen, progress));
    }

    /** SHA-256 of the files of the dataset. */
    static Map<String, String> hashes(Path data) {
        Map<String, String> hashes = new TreeMap<>();
        for (String name : List.of(TRAIN, VALIDATION)) {
            if (Files.exists(data.resolve(name))) {
                hashes.put(name, Sha256.of(data.resolve(name)));
            }
        }
        return hashes;
    }

    /** The run as it is about to start. */
    RunFile runFile(String baseHash, Map<String, String> hashes) {
        return new RunFile(
                base.name(),
                base.path().toAbsolutePath().toString(),
                baseHash,
                data.toAbsolutePath().toString(),
                hashes,
                options,
                plan(),
                Kaiaku.buildInfo(),
                null);
    }

    static String baseHash(BaseModel base) {
        return Fingerprint.of(base);
    }

    /** All updates of the run, in order. */
    List<Update> updates(int rowTokens, int batchTokens) {
        return Update.plan(
                train.list(),
                rowTokens,
                batchTokens,
                options.data().epochs(),
                options.data().maxSteps(),
                options.seed());
    }

    /** What the native trainer of a plan is made with. */
    NativeTrainerOptions trainerOptions(TrainPlan plan) {
        return plan.layout().apply(trainerOptions(options, plan.threads(), plan.compute()));
    }

    /** What native trainers of such options are made with. */
    static MemoryPlan.Trainer trainerOptions(TrainOptions options, int threads, ComputeForm compute) {
        LoraOptions lora = options.lora();
        OptimizerOptions optimizer = options.optimizer();
        int targets = LoraTarget.bits(LoraTarget.parse(lora.targets()));
        return (microTokens, keptLayers) -> NativeTrainerOptions.builder(lora.rank(), targets, microTokens)
                .keptLayers(keptLayers)
                .threads(threads)
                .compute(compute.nativeCompute())
                .scaling((float) lora.scaling())
                .dropout((float) lora.dropout())
                .lrRatioB((float) optimizer.loraPlus())
                .weightDecay((float) optimizer.weightDecay())
                .maxGradNorm((float) optimizer.gradClip())
                .seed(options.seed())
                .build();
    }

    private TrainPlan plan() {
        ComputeOptions asked = options.compute();
        WeightsForm weights = asked.weights().resolve(BaseLoader.parameters(base));
        Device device = asked.device().resolve();
        ComputeForm compute = asked.compute().resolve(device);
        int threads = asked.resolvedThreads();
        int batchTokens = options.data().batchTokens(train.tokens());
        int longest = Math.max(train.longest(), validation.longest());
        NativeModelConfig sizes = BaseLoader.nativeConfig(base.config(), weights, device);
        MemoryPlan.Trainer shape = trainerOptions(options, threads, compute);
        long decoderBytes = held.isEmpty() ? 0 : SampleReplies.decoderBytes(sizes, shape.options(longest, 0));
        MemoryPlan memory = MemoryPlan.choose(
                sizes,
                shape,
                new MemoryPlan.Demand(
                        longest, batchTokens, asked.microTokens(), BaseLoader.fileBytes(base, weights), decoderBytes),
                Budget.of(device, asked.memoryLimit()));
        int seqLen = options.data().seqLen(base.config().contextLength());
        int rowTokens = Update.rowTokens(batchTokens, Math.min(seqLen, memory.microTokens()), train.longest());
        List<Update> updates = updates(rowTokens, batchTokens);
        return new TrainPlan(
                updates.size(),
                batchTokens,
                rowTokens,
                fill(updates, rowTokens),
                memory.microTokens(),
                sizes.layers(),
                memory.keptLayers(),
                memory.layout().cachedLayers(),
                memory.layout().offload(),
                memory.layout().hostEmbedding(),
                memory.layout().eightBitTables(),
                evalEvery(updates),
                threads,
                device,
                weights,
                compute,
                memory.memory().total(),
                memory.bytes(),
                train.list().size(),
                validation.list().size(),
                train.tokens(),
                train.targets(),
                train.dropped() + validation.dropped(),
                train.cut() + validation.cut());
    }

    private static double fill(List<Update> updates, int rowTokens) {
        long tokens = updates.stream().mapToLong(Update::tokens).sum();
        long rows = updates.stream().mapToLong(update -> update.rows().size()).sum();
        return (double) tokens / (rows * rowTokens);
    }

    private int evalEvery(List<Update> updates) {
        int asked = options.evaluation().evalEvery();
        return asked > 0 ? asked : evalEvery(updates, options.data().epochs(), validation.tokens());
    }

    /** Updates from one evaluation to the next. */
    static int evalEvery(List<Update> updates, int epochs, long validationTokens) {
        long trained = updates.stream().mapToLong(Update::tokens).sum();
        long evaluations = evaluations(trained, epochs, validationTokens);
        return (int) Math.max(1, (updates.size() + evaluations - 1) / evaluations);
    }

    /** Ten to forty evaluations a run, two an epoch; fewer where they would cost more than a fifth of it. */
    static long evaluations(long trainedTokens, int epochs, long validationTokens) {
        long wanted = Math.max(10, Math.min(40, 2L * epochs));
        // Backward costs twice what forward does, and evaluation is forward only.
        long affordable = validationTokens == 0 ? wanted : trainedTokens * 3 / 5 / validationTokens;
        return Math.max(2, Math.min(wanted, affordable));
    }
}
