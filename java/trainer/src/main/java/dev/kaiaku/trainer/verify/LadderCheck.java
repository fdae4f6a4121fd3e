package dev.kaiaku.trainer.verify;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantLimit;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.export.gguf.TensorErrors;
import dev.kaiaku.model.export.llama.LlamaScorer;
import dev.kaiaku.model.export.llama.PromptParity;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.TrainOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Climbs a {@link Ladder}: base, adapter and merged model by our trainer, files by llama.cpp. */
public final class LadderCheck {
    private static final int MOST_TOKENS = 4096;
    private static final int MOST_CONVERSATIONS = 2000;
    private static final int NAMED_CLASSES = 3;
    /** Merging differs from adding beside the base by rounding alone. */
    private static final QuantLimit MERGED = new QuantLimit(0.005, true);

    private final BaseModel base;
    private final @Nullable LoraAdapter adapter;
    private final MergedModel merged;
    private final TrainOptions options;
    private final Progress progress;
    private final List<Rung> rungs = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private LadderCheck(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            MergedModel merged,
            TrainOptions options,
            Progress progress) {
        this.base = base;
        this.adapter = adapter;
        this.merged = merged;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Compares what was exported with what it was made of, on the held-out replies of a dataset; of many, some that
     * lie evenly among them.
     *
     * @param base that was trained
     * @param merged what the files hold
     * @param targets GGUF files of it, none for another form
     * @param options as in training
     */
    public static Ladder run(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            MergedModel merged,
            List<GgufExport.Target> targets,
            Path data,
            TrainOptions options,
            Progress progress) {
        Path held = data.resolve("validation.jsonl");
        List<EncodedConversation> all = Files.exists(held) ? samples(base, held, options, progress) : List.of();
        if (all.isEmpty()) {
            throw new BadInputException(held + ": nothing was held out to verify with; build the dataset with"
                    + " --validation, or export with --no-verify");
        }
        List<EncodedConversation> samples = Evaluation.thinned(all, MOST_TOKENS);
        LadderCheck check = new LadderCheck(base, adapter, merged, options, progress);
        Evaluation evaluation = check.climb(samples, targets);
        @Nullable PromptParity parity =
                targets.isEmpty() ? null : check.parity(targets.get(0).path(), data);
        return new Ladder(evaluation.samples(), evaluation.targets(), check.rungs, parity, check.warnings);
    }

    private static List<EncodedConversation> samples(
            BaseModel base, Path held, TrainOptions options, Progress progress) {
        boolean empty = ConversationFile.read(held).isEmpty();
        return empty
                ? List.of()
                : Evaluation.samples(
                        base, held, options.data().seqLen(base.config().contextLength()), progress);
    }

    private Evaluation climb(List<EncodedConversation> samples, List<GgufExport.Target> targets) {
        Evaluation trained = Evaluation.ofSamples(base, adapter, samples, options, progress);
        rungs.add(new Rung("base", "trainer", trained.baseNll(), Double.NaN, null));
        double strength = Double.NaN;
        if (adapter != null) {
            strength = trained.adapterNll();
            rungs.add(new Rung("adapter", "trainer", strength, strength / trained.baseNll() - 1, null));
        }
        double whole =
                Evaluation.ofSamples(merged, null, samples, options, progress).baseNll();
        boolean asTrained = merged.strength() == 1 && merged.base() == base;
        double change = whole / (Double.isNaN(strength) ? trained.baseNll() : strength) - 1;
        Rung rung = new Rung("merged", "trainer", whole, change, asTrained ? MERGED : null);
        rungs.add(rung);
        if (!rung.holds()) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the merged model is %.1f %% worse than base and adapter side by side; --base-for-merge with the"
                            + " original weights may help",
                    100 * change));
        }
        targets.forEach(target -> score(target, samples, whole));
        return trained;
    }

    private void score(GgufExport.Target target, List<EncodedConversation> samples, double expected) {
        QuantType type = target.type();
        String name = target.path().getFileName() + " " + type;
        try {
            double nll = LlamaScorer.score(target.path(), samples, progress).nllPerTarget();
            QuantLimit limit = QuantLimit.of(type, base.config().parameters());
            Rung rung = new Rung(name, "llama.cpp", nll, nll / expected - 1, limit);
            rungs.add(rung);
            if (!rung.holds()) {
                warnings.add(advice(rung, target));
            }
        } catch (BadInputException e) {
            rungs.add(new Rung(name, "llama.cpp", Double.NaN, Double.NaN, null));
            warnings.add(e.getMessage());
        }
    }

    private String advice(Rung rung, GgufExport.Target target) {
        StringBuilder text = new StringBuilder(rung.name());
        text.append(String.format(Locale.ROOT, " is %.1f %% worse than the merged model; ", 100 * rung.change()));
        List<TensorErrors.ClassError> errors = TensorErrors.of(target.path(), merged);
        if (!errors.isEmpty()) {
            text.append("the largest errors are in ");
            for (int i = 0; i < Math.min(NAMED_CLASSES, errors.size()); i++) {
                TensorErrors.ClassError error = errors.get(i);
                text.append(i == 0 ? "" : ", ").append(error.name());
                text.append(String.format(
                        Locale.ROOT, " (%s, %.2g of the values)", error.types().get(0), error.relativeRmse()));
            }
            text.append("; ");
        }
        return text.append(
                        switch (target.type()) {
                            case F32, F16, BF16 -> "export as F32 to see whether the file or the runtime is at fault";
                            case Q8_0 -> "try --quant F16 or BF16";
                            default -> "try --imatrix auto, or a type with more bits such as Q6_K or Q8_0";
                        })
                .toString();
    }

    private @Nullable PromptParity parity(Path gguf, Path data) {
        List<Conversation> conversations = new ArrayList<>();
        for (String name : List.of("validation.jsonl", "train.jsonl")) {
            if (Files.exists(data.resolve(name))) {
                conversations.addAll(ConversationFile.read(data.resolve(name)));
            }
        }
        int most = Math.min(conversations.size(), MOST_CONVERSATIONS);
        try {
            PromptParity parity = PromptParity.of(gguf, base, conversations.subList(0, most), progress);
            if (!parity.holds()) {
                warnings.add("llama.cpp reads other tokens, or writes other prompts, than training did; replies in"
                        + " other programs may be worse than here");
            }
            return parity;
        } catch (BadInputException e) {
            // The rung of this file has told the reason.
            return null;
        }
    }
}
