package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.export.SamplingInfo;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.samples.Sampler;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an export is made of.
 *
 * @param base that was trained
 * @param data folder of the dataset, null where it is not at hand
 * @param options as in training
 * @param strength how much of the adapter to apply
 */
record ExportSource(
        BaseModel base,
        LoraAdapter adapter,
        Path adapterFolder,
        PersonaInfo persona,
        @Nullable Path data,
        @Nullable DatasetSummary summary,
        TrainOptions options,
        double strength) {

    /** The same whose replies are best drawn so. */
    ExportSource drawn(Sampler.Settings sampling) {
        SamplingInfo best = new SamplingInfo(sampling.temperature(), sampling.topP(), sampling.minP());
        PersonaInfo known = new PersonaInfo(persona.name(), persona.system(), persona.format(), best);
        return new ExportSource(base, adapter, adapterFolder, known, data, summary, options, strength);
    }

    /** Of a run or a dataset whose persona is known. */
    static ExportSource of(BaseModel base, Path adapter, Path data, TrainOptions options) {
        DatasetSummary summary = DatasetSummary.read(data);
        PersonaInfo persona = new PersonaInfo(summary.persona().name(), summary.system(), base.chatFormat());
        return new ExportSource(base, PeftAdapter.read(adapter), adapter, persona, data, summary, options, 1);
    }

    /** Of an adapter that was trained elsewhere. */
    static ExportSource of(BaseModel base, Path adapter, String persona, @Nullable String system) {
        PersonaInfo info = new PersonaInfo(persona, system, base.chatFormat());
        return new ExportSource(base, PeftAdapter.read(adapter), adapter, info, null, null, usualOptions(), 1);
    }

    /** The same of which more or less is applied. */
    ExportSource withStrength(double other) {
        return new ExportSource(base, adapter, adapterFolder, persona, data, summary, options, other);
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
