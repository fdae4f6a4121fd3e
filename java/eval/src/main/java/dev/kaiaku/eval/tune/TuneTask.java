package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.checkpoint.Fingerprint;
import dev.kaiaku.trainer.options.OptimizerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a search is about.
 *
 * @param first the rule of context that is tried first
 * @param data how the dataset of a rule is built
 * @param training how arms are trained, but for what is searched
 * @param budget about how long it may take
 * @param folder of everything that it writes
 */
public record TuneTask(
        List<Path> exports,
        String persona,
        ContextRule first,
        Function<ContextRule, DatasetOptions> data,
        TrainOptions training,
        Duration budget,
        Path folder) {
    public TuneTask {
        exports = List.copyOf(exports);
    }

    /** How the dataset of an arm is built. */
    public DatasetOptions data(Arm arm) {
        return data.apply(arm.context());
    }

    /** Where an arm is trained. */
    public Path run(Arm arm) {
        return folder.resolve("arms").resolve(arm.id());
    }

    /** Where the dataset of a rule is. */
    Path data(ContextRule rule) {
        return folder.resolve("data-" + rule.id());
    }

    /** Tokens that examples are cut to. */
    int seqLen(BaseModel base) {
        return training.data().seqLen(base.config().contextLength());
    }

    /** Rules and rates that are compared first. */
    List<Arm> candidates(BaseModel base) {
        OptimizerOptions optimizer = training.optimizer();
        double lr = optimizer.autoLr() ? OptimizerOptions.usualLr(base.config().hiddenSize()) : optimizer.lr();
        return Arm.rulesAndRates(first, lr, training.lora().rank());
    }

    /** An arm at half and at twice its rank, as far as every matrix of the base has room for it. */
    List<Arm> otherRanks(Arm arm, BaseModel base) {
        ModelConfig config = base.config();
        int most = Math.min(config.hiddenSize(), config.kvHeads() * config.headDim());
        return arm.otherRanks().stream().filter(other -> other.rank() <= most).toList();
    }

    /** Of what decides the figures, once the datasets are there; the budget may change. */
    String fingerprint(BaseModel base) {
        String samples = Stream.of(ContextRule.values())
                .map(rule -> DatasetSummary.read(data(rule)).outputs().toString())
                .collect(Collectors.joining());
        return Fingerprint.of(base.name() + samples + training);
    }
}
