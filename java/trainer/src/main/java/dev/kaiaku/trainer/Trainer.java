package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Trains a LoRA adapter. */
public final class Trainer {
    private static final int MOST_BATCH_TOKENS = 16_384;
    private static final int LEAST_STEPS = 60;

    private final BaseModel base;
    private final Path data;
    private final Path out;
    private final TrainOptions options;
    private final TrainListener listener;
    private final StopSignal stop;
    private final Set<LoraTarget> targets;

    private Trainer(
            BaseModel base, Path data, Path out, TrainOptions options, TrainListener listener, StopSignal stop) {
        this.base = base;
        this.data = data;
        this.out = out;
        this.options = options;
        this.listener = listener;
        this.stop = stop;
        this.targets = LoraTarget.parse(options.targets());
    }

    /**
     * Trains on {@code data/train.jsonl}, evaluates on {@code data/validation.jsonl} and keeps the best adapter.
     *
     * @param out folder of the run: {@code adapter/}, {@code checkpoints/best/}, {@code metrics.jsonl}, {@code run.json}
     * @throws RunExistsException where {@code out} holds something already
     * @throws BadInputException for data or options that cannot be trained with
     * @throws TrainingFailedException for a loss that is not finite; the best adapter so far is written
     */
    public static TrainResult train(
            BaseModel base, Path data, Path out, TrainOptions options, TrainListener listener, StopSignal stop) {
        RunFolder.requireEmpty(out);
        return new Trainer(base, data, out, options, listener, stop).train();
    }

    private TrainResult train() {
        int seqLen = Math.min(options.seqLen(), base.config().contextLength());
        Path validationFile = data.resolve("validation.jsonl");
        Examples train = Examples.read(data.resolve("train.jsonl"), base, seqLen, listener);
        Examples validation = Files.exists(validationFile)
                ? Examples.read(validationFile, base, seqLen, listener)
                : new Examples(List.of(), 0);
        if (train.list().isEmpty()) {
            throw new BadInputException(data.resolve("train.jsonl") + ": no conversation has a reply to learn");
        }
        int batchTokens = batchTokens(train);
        List<Update> updates =
                Update.plan(train.list(), batchTokens, options.epochs(), options.maxSteps(), options.seed());
        TrainPlan plan = plan(train, validation, updates, batchTokens);
        listener.planned(plan);
        RunFile file = new RunFile(
                base.name(),
                base.path().toAbsolutePath().toString(),
                data.toAbsolutePath().toString(),
                hashes(),
                options,
                plan,
                null);
        try (RunFolder run = RunFolder.create(out, base.name());
                NativeModel model = BaseLoader.load(base, listener);
                NativeTrainer trainer = NativeTrainer.create(model, trainerOptions(plan))) {
            file.write(out);
            LoraAdapter initial =
                    AdapterState.initial(base.config(), targets, options.rank(), options.alpha(), options.seed());
            AdapterState.upload(initial, trainer);
            List<NativeBatch> batches = MicroBatches.pack(validation.list(), plan.microTokens());
            TrainLoop loop = new TrainLoop(trainer, initial, updates, batches, options, plan, run, listener, stop);
            TrainResult result = finish(loop, run, plan);
            file.withResult(result).write(out);
            return result;
        }
    }

    private static TrainResult finish(TrainLoop loop, RunFolder run, TrainPlan plan) {
        StopReason reason;
        try {
            reason = loop.run();
        } catch (TrainingFailedException e) {
            @Nullable LoraAdapter best = loop.best();
            if (best != null) {
                run.writeAdapter(best);
            }
            String kept =
                    best == null ? "no adapter was evaluated yet" : "kept is the adapter of step " + loop.bestStep();
            throw new TrainingFailedException(e.getMessage() + " (" + kept + "); a lower --lr may help", e);
        }
        Path adapter = run.writeAdapter(loop.kept());
        long peak = FreeMemory.peakBytes();
        return new TrainResult(
                loop.baseNll(),
                loop.bestNll(),
                loop.bestStep(),
                loop.steps(),
                loop.tokensPerSecond(),
                peak > 0 ? peak : plan.memoryBytes(),
                plan.trainSamples(),
                plan.validationSamples(),
                plan.targetTokens(),
                adapter,
                reason);
    }

    private NativeTrainerOptions trainerOptions(TrainPlan plan) {
        return NativeTrainerOptions.builder(options.rank(), LoraTarget.bits(targets), plan.microTokens())
                .keptLayers(plan.recompute() ? 0 : base.config().layers())
                .threads(plan.threads())
                .scaling((float) (options.alpha() / options.rank()))
                .build();
    }

    private int batchTokens(Examples train) {
        if (options.batchTokens() > 0) {
            return options.batchTokens();
        }
        return (int) Math.max(1, Math.min(MOST_BATCH_TOKENS, train.tokens() * options.epochs() / LEAST_STEPS));
    }

    private TrainPlan plan(Examples train, Examples validation, List<Update> updates, int batchTokens) {
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        int longest = Math.max(train.longest(), validation.longest());
        MicroSize micro =
                MicroSize.choose(base.config(), options, LoraTarget.bits(targets), threads, longest, batchTokens);
        return new TrainPlan(
                updates.size(),
                batchTokens,
                micro.tokens(),
                micro.recompute(),
                options.evalEvery() > 0 ? options.evalEvery() : evalEvery(updates, validation.tokens()),
                threads,
                micro.bytes(),
                train.list().size(),
                validation.list().size(),
                train.tokens(),
                train.targets(),
                train.dropped() + validation.dropped(),
                train.cut() + validation.cut());
    }

    /** About ten evaluations a run, fewer where they would cost more than a fifth of it. */
    static int evalEvery(List<Update> updates, long validationTokens) {
        long trained = updates.stream().mapToLong(Update::tokens).sum();
        // Backward costs twice what forward does, and evaluation is forward only.
        long affordable = validationTokens == 0 ? 10 : trained * 3 / 5 / validationTokens;
        long evaluations = Math.max(2, Math.min(10, affordable));
        return (int) Math.max(1, (updates.size() + evaluations - 1) / evaluations);
    }

    private Map<String, String> hashes() {
        Map<String, String> hashes = new TreeMap<>();
        for (String name : List.of("train.jsonl", "validation.jsonl")) {
            if (Files.exists(data.resolve(name))) {
                hashes.put(name, sha256(data.resolve(name)));
            }
        }
        return hashes;
    }

    private static String sha256(Path file) {
        try (DigestInputStream in =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
