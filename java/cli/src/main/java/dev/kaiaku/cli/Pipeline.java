package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
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

/** The steps from a chat export to a persona, as several commands take them. */
final class Pipeline {
    /** The adapter in the folder of a run. */
    static final String ADAPTER = "adapter";

    /** The file that chats, where a command is given a folder. */
    static final String PERSONA = "persona.gguf";

    private final ProgressLine progress;

    Pipeline(ProgressLine progress) {
        this.progress = progress;
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

    TrainResult train(Path base, Path data, Path run, TrainOptions options) {
        try (BaseModel model = BaseModels.open(base);
                Interrupt interrupt = new Interrupt(progress)) {
            return Trainer.train(model, data, run, options, new TrainingDisplay(progress), interrupt.stop());
        }
    }

    void export(BaseModel base, Path adapter, DatasetSummary data, QuantType type, double strength, Path out) {
        PersonaInfo persona = new PersonaInfo(data.persona().name(), data.system(), base.chatFormat());
        MergedModel merged = new MergedModel(base, PeftAdapter.read(adapter), strength);
        GgufExport.write(merged, persona, type, out, progress);
    }
}
