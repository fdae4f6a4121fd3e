package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.ExportTimes;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.ModelCard;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.GgufLora;
import dev.kaiaku.model.export.gguf.Importance;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.export.hf.SafetensorsExport;
import dev.kaiaku.model.export.ollama.Modelfile;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.ActivationSquares;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.verify.Ladder;
import dev.kaiaku.trainer.verify.LadderCheck;
import dev.kaiaku.trainer.verify.LadderPage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a persona in one of the forms that other programs take, with a model card, and verifies it. */
final class PersonaExport {
    private static final String IMATRIX = "imatrix.gguf";
    private static final int OLLAMA_CONTEXT = 4096;
    private static final int IMATRIX_TOKENS = 16_384;
    static final String PAGE = "export-report.html";

    private final Pipeline pipeline;
    private final ProgressLine progress;
    private final ExportSource source;
    private final ExportOptions options;

    PersonaExport(Pipeline pipeline, ProgressLine progress, ExportSource source, ExportOptions options) {
        this.pipeline = pipeline;
        this.progress = progress;
        this.source = source;
        this.options = options;
    }

    /**
     * What was written.
     *
     * @param files or the folder, the one to use first
     * @param times null where nothing was merged
     * @param ladder null where nothing was verified
     */
    record Written(
            List<Path> files,
            @Nullable ExportTimes times,
            @Nullable Ladder ladder) {}

    /**
     * Writes everything.
     *
     * @param out a file or a folder, as the form asks for; a folder where several types are asked for
     */
    Written write(ExportForm form, Path out, boolean verify) {
        if (!form.merged()) {
            writeAdapter(form, out);
            return new Written(List.of(out), null, null);
        }
        @Nullable String original = options.baseForMerge();
        if (original == null) {
            return write(form, out, verify, source.base());
        }
        try (BaseModel base = BaseModels.open(pipeline.fetch(original))) {
            requireSame(base);
            return write(form, out, verify, base);
        }
    }

    private void requireSame(BaseModel base) {
        boolean same = base.config().architecture() == source.base().config().architecture()
                && base.config().vocabSize() == source.base().config().vocabSize()
                && base.tokenizer()
                        .data()
                        .tokens()
                        .equals(source.base().tokenizer().data().tokens());
        if (!same) {
            throw new BadInputException(base.path() + ": not the model that was trained ("
                    + source.base().name() + "): another architecture or other tokens");
        }
    }

    private void writeAdapter(ExportForm form, Path out) {
        LoraAdapter adapter = source.adapter();
        if (form == ExportForm.GGUF_LORA) {
            QuantType type = options.quants().isEmpty()
                    ? QuantType.F32
                    : options.quants().get(0);
            Provenance provenance = source.provenance(source.strength());
            GgufLora.write(source.base(), adapter, source.persona(), provenance, type, out);
            return;
        }
        double alpha = adapter.alpha() * source.strength();
        LoraAdapter scaled = new LoraAdapter(adapter.rank(), alpha, adapter.rankStabilised(), adapter.matrices());
        PeftAdapter.write(scaled, out, source.base().name());
        card().write(out);
    }

    private Written write(ExportForm form, Path out, boolean verify, BaseModel base) {
        MergedModel merged = new MergedModel(base, source.adapter(), source.strength());
        boolean gguf = form.quantised();
        List<GgufExport.Target> targets = gguf ? ExportPaths.targets(form, options.quants(), out) : List.of();
        Path folder = gguf ? ExportPaths.folder(targets.get(0).path()) : out;
        ExportTimes times = gguf ? writeGguf(merged, targets, folder) : writeSafetensors(merged, out);
        if (form == ExportForm.OLLAMA) {
            ChatOptions chat = ChatOptions.of(source.persona().sampling());
            int context = Math.min(OLLAMA_CONTEXT, merged.config().contextLength());
            Modelfile.write(
                    targets.get(0).path(),
                    source.persona(),
                    new Modelfile.Sampling(
                            chat.temperature(), chat.topP(), chat.minP(), chat.repeatPenalty(), context));
        }
        @Nullable Ladder ladder = null;
        if (verify) {
            Path data = source.requireData("--verify");
            ladder =
                    LadderCheck.run(source.base(), source.adapter(), merged, targets, data, source.options(), progress);
            LadderPage.write(ladder, source.persona().name(), folder.resolve(PAGE));
            ladder.write(folder.resolve(Ladder.FILE));
        }
        List<Path> files = gguf ? targets.stream().map(GgufExport.Target::path).toList() : List.of(out);
        writeCard(folder, gguf ? files : List.of(), ladder);
        return new Written(files, times, ladder);
    }

    private ExportTimes writeGguf(MergedModel merged, List<GgufExport.Target> targets, Path folder) {
        @Nullable Importance importance = importance(folder);
        Provenance provenance = source.provenance(source.strength());
        return GgufExport.write(merged, source.persona(), provenance, importance, targets, progress);
    }

    private @Nullable Importance importance(Path folder) {
        if (options.imatrix().equals("none")) {
            return null;
        }
        if (!options.imatrix().equals("auto")) {
            return Importance.read(Path.of(options.imatrix()));
        }
        Path train = source.requireData("--imatrix auto").resolve(DatasetBuilder.TRAIN);
        int seqLen = source.options().data().seqLen(source.base().config().contextLength());
        List<EncodedConversation> samples = Evaluation.samples(source.base(), train, seqLen, progress);
        Importance measured = ActivationSquares.of(
                source.base(),
                source.adapter(),
                Evaluation.thinned(samples, IMATRIX_TOKENS),
                source.options(),
                progress);
        measured.write(folder.resolve(IMATRIX));
        return measured;
    }

    private ExportTimes writeSafetensors(MergedModel merged, Path out) {
        TensorType own = merged.base().tensors().get(0).type();
        TensorType fallback = SafetensorsExport.TYPES.contains(own) ? own : TensorType.BF16;
        TensorType type =
                options.quants().isEmpty() ? fallback : options.quants().get(0).matrices();
        return SafetensorsExport.write(merged, type, out, progress);
    }

    private ModelCard card() {
        return new ModelCard(source.persona(), source.provenance(source.strength()), source.summary());
    }

    private void writeCard(Path folder, List<Path> files, @Nullable Ladder ladder) {
        ModelCard card = card();
        files.forEach(card::file);
        if (ladder != null) {
            card.evaluation(ladder.markdown());
        }
        if (!card.write(folder)) {
            progress.println(folder.resolve("README.md") + " is not ours and stays; no model card was written.");
        }
    }
}
