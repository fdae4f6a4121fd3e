package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.eval.tune.TuneReport;
import dev.kaiaku.eval.tune.TuneTask;
import dev.kaiaku.eval.tune.Tuner;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.hub.BaseFetcher;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult;
import dev.kaiaku.trainer.Trainer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps from a chat export to a persona, as several commands take them. */
final class Pipeline {
    /** The adapter in the folder of a run. */
    static final String ADAPTER = "adapter";

    /** The file that chats, where a command is given a folder. */
    static final String PERSONA = "persona.gguf";

    private final ProgressLine progress;
    private final boolean showSamples;

    Pipeline(ProgressLine progress) {
        this(progress, false);
    }

    /** @param showSamples whether training prints what the persona says */
    Pipeline(ProgressLine progress, boolean showSamples) {
        this.progress = progress;
        this.showSamples = showSamples;
    }

    /** As {@link #fetch(String)}, with progress of its own that ends when the model is here. */
    static Path fetch(String base, Console console) {
        try (ProgressLine progress = new ProgressLine(console)) {
            return new Pipeline(progress).fetch(base);
        }
    }

    /** The folder or file of a base model, downloaded where needed. */
    Path fetch(String base) {
        return new BaseFetcher().fetch(base, progress);
    }

    DatasetSummary build(List<Path> exports, String persona, Path data, DatasetOptions options) {
        return DatasetBuilder.build(exports, persona, data, options, progress);
    }

    /** @param resume whether to go on with what {@code run} holds */
    TrainResult train(BaseModel base, Path data, Path run, TrainOptions options, boolean resume) {
        TrainingDisplay display = new TrainingDisplay(progress, showSamples);
        try (Interrupt interrupt = new Interrupt(progress)) {
            return resume
                    ? Trainer.resume(base, data, run, options, display, interrupt.stop())
                    : Trainer.train(base, data, run, options, display, interrupt.stop());
        }
    }

    /** Searches for what suits a chat best; null where it was interrupted. */
    @Nullable TuneReport tune(TuneTask task, BaseModel base) {
        try (Interrupt interrupt = new Interrupt(progress)) {
            return Tuner.tune(task, base, new TuneDisplay(progress), interrupt.stop());
        }
    }

    void export(BaseModel base, Path adapter, DatasetSummary data, QuantType type, double strength, Path out) {
        PersonaInfo persona = new PersonaInfo(data.persona().name(), data.system(), base.chatFormat());
        MergedModel merged = new MergedModel(base, PeftAdapter.read(adapter), strength);
        GgufExport.write(merged, persona, type, out, progress);
    }
}
