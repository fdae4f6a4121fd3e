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
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.LoraOptions;
import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.packing.Examples;
import dev.kaiaku.trainer.packing.Update;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private static final int MOST_BATCH_TOKENS = 16_384;
    private static final int LEAST_STEPS = 60;
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
            throw new BadInputException(data.resolve(TRAIN) + ": no conversation has a reply to learn");
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
        return trainerOptions(plan.microTokens(), plan.keptLayers(), plan.threads(), plan.compute());
    }

    private NativeTrainerOptions trainerOptions(int microTokens, int keptLayers, int threads, ComputeForm compute) {
        LoraOptions lora = options.lora();
        OptimizerOptions optimizer = options.optimizer();
        return NativeTrainerOptions.builder(lora.rank(), LoraTarget.bits(targets()), microTokens)
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

    private Set<LoraTarget> targets() {
        return LoraTarget.parse(options.lora().targets());
    }

    private TrainPlan plan() {
        ComputeOptions asked = options.compute();
        WeightsForm weights = asked.weights().resolve(BaseLoader.parameters(base));
        ComputeForm compute = asked.compute().resolve();
        int threads = asked.resolvedThreads();
        int batchTokens = batchTokens();
        int longest = Math.max(train.longest(), validation.longest());
        NativeModelConfig sizes = BaseLoader.nativeConfig(base.config(), weights);
        MemoryPlan memory = MemoryPlan.choose(
                sizes,
                (tokens, keptLayers) -> trainerOptions(tokens, keptLayers, threads, compute),
                new MemoryPlan.Demand(longest, batchTokens, asked.microTokens(), BaseLoader.fileBytes(base, weights)),
                asked.memoryLimit());
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
                evalEvery(updates),
                threads,
                weights,
                compute,
                memory.bytes(),
                train.list().size(),
                validation.list().size(),
                train.tokens(),
                train.targets(),
                train.dropped() + validation.dropped(),
                train.cut() + validation.cut());
    }

    private int batchTokens() {
        if (options.data().batchTokens() > 0) {
            return options.data().batchTokens();
        }
        long whole = train.tokens() * options.data().epochs();
        return (int) Math.max(1, Math.min(MOST_BATCH_TOKENS, whole / LEAST_STEPS));
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

    /** Ten to forty evaluations a run, two an epoch; fewer where they would cost more than a fifth of it. */
    static int evalEvery(List<Update> updates, int epochs, long validationTokens) {
        long trained = updates.stream().mapToLong(Update::tokens).sum();
        long wanted = Math.max(10, Math.min(40, 2L * epochs));
        // Backward costs twice what forward does, and evaluation is forward only.
        long affordable = validationTokens == 0 ? wanted : trained * 3 / 5 / validationTokens;
        long evaluations = Math.max(2, Math.min(wanted, affordable));
        return (int) Math.max(1, (updates.size() + evaluations - 1) / evaluations);
    }
}
