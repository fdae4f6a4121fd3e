package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.trainer.TrainOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an export is made of.
 *
 * @param base that was trained
 * @param data folder of the dataset, null where it is not at hand
 * @param options as in training
 */
record ExportSource(
        BaseModel base,
        LoraAdapter adapter,
        Path adapterFolder,
        PersonaInfo persona,
        @Nullable Path data,
        @Nullable DatasetSummary summary,
        TrainOptions options) {

    /** Of a run or a dataset whose persona is known. */
    static ExportSource of(BaseModel base, Path adapter, Path data, TrainOptions options) {
        DatasetSummary summary = DatasetSummary.read(data);
        PersonaInfo persona = new PersonaInfo(summary.persona().name(), summary.system(), base.chatFormat());
        return new ExportSource(base, PeftAdapter.read(adapter), adapter, persona, data, summary, options);
    }

    /** Of an adapter that was trained elsewhere. */
    static ExportSource of(BaseModel base, Path adapter, String persona, @Nullable String system) {
        PersonaInfo info = new PersonaInfo(persona, system, base.chatFormat());
        return new ExportSource(base, PeftAdapter.read(adapter), adapter, info, null, null, usualOptions());
    }

    /** Options to evaluate with where training happened elsewhere. */
    static TrainOptions usualOptions() {
        return TrainOptions.builder().build();
    }

    /** Where it comes from, with hashes of what is at hand. */
    Provenance provenance(double strength) {
        Path weights = adapterFolder.resolve("adapter_model.safetensors");
        @Nullable String samples = summary == null
                ? null
                : summary.outputs().stream()
                        .filter(output -> output.name().equals("train.jsonl"))
                        .map(DatasetSummary.FileHash::sha256)
                        .findFirst()
                        .orElse(null);
        return Provenance.of(base, samples, Sha256.of(weights), strength);
    }

    /** The folder with the samples; throws {@link BadInputException} where there is none. */
    Path requireData(String what) {
        if (data == null || !Files.isDirectory(data)) {
            throw new BadInputException(what + " needs the dataset"
                    + (data == null ? "" : " " + data + ", which is gone") + "; name its folder with --data");
        }
        return data;
    }
}
