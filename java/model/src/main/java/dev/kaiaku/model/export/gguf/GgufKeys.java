package dev.kaiaku.model.export.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.architecture.GgufConfigWriter;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.gguf.GgufWriter;
import dev.kaiaku.model.tokenizer.Pieces;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metadata of an exported file. */
final class GgufKeys {
    static final int QUANTIZATION_VERSION = 2;
    private static final float UNUSED_SCORE = -10_000;

    private final GgufWriter writer;
    private final BaseModel base;
    private final ModelConfig config;

    GgufKeys(GgufWriter writer, BaseModel base) {
        this.writer = writer;
        this.base = base;
        this.config = base.config();
    }

    void write(PersonaInfo persona, Provenance provenance, QuantType type) {
        GgufConfigWriter.write(config, writer);
        writer.string("general.type", "model");
        writer.string("general.name", persona.name());
        writer.string("general.basename", base.name());
        writer.string("general.size_label", sizeLabel(config.parameters()));
        writer.u32("general.file_type", type.fileType());
        writer.u32("general.quantization_version", QUANTIZATION_VERSION);
        writeTokenizer(base.tokenizer().data(), persona.format());
        writer.string("tokenizer.chat_template", persona.format().chatTemplate());
        persona.write(writer);
        provenance.write(writer);
    }

    /** Two digits at least and a letter, {@code 1.5B}, as llama.cpp's converter rounds. */
    static String sizeLabel(long parameters) {
        double scaled = parameters;
        String letter = "K";
        for (String larger : List.of("K", "M", "B", "T")) {
            scaled /= 1000;
            letter = larger;
            if (scaled <= 1000) {
                break;
            }
        }
        String digits = Long.toString((long) Math.rint(scaled));
        int decimals = Math.max(0, 2 - (digits.equals("0") ? 0 : digits.length()));
        return String.format(Locale.ROOT, "%." + decimals + "f", scaled) + letter;
    }

    private void writeTokenizer(TokenizerData data, ChatFormat format) {
        List<String> tokens = new ArrayList<>(data.tokens());
        List<TokenType> types = new ArrayList<>(data.types());
        if (tokens.size() > config.vocabSize()) {
            throw new BadInputException(base.path() + ": " + tokens.size() + " tokens, but only " + config.vocabSize()
                    + " rows of the embedding");
        }
        Set<String> known = new HashSet<>(tokens);
        for (int id = tokens.size(); id < config.vocabSize(); id++) {
            tokens.add(unusedName(id, known));
            types.add(TokenType.UNUSED);
        }
        @Nullable Pieces pieces = data.pieces();
        writer.string("tokenizer.ggml.model", pieces == null ? "gpt2" : "llama");
        writer.string("tokenizer.ggml.pre", data.pre());
        writer.strings("tokenizer.ggml.tokens", tokens);
        writer.i32s(
                "tokenizer.ggml.token_type",
                types.stream().mapToInt(TokenType::id).toArray());
        if (pieces == null) {
            writer.strings("tokenizer.ggml.merges", data.merges());
        } else {
            List<Float> scores = new ArrayList<>(pieces.scores());
            scores.addAll(Collections.nCopies(tokens.size() - scores.size(), UNUSED_SCORE));
            writer.f32s("tokenizer.ggml.scores", scores);
            writer.bool("tokenizer.ggml.add_space_prefix", pieces.addSpacePrefix());
        }
        writeSpecialIds(data, format);
    }

    private void writeSpecialIds(TokenizerData data, ChatFormat format) {
        @Nullable Integer bos = data.bosId();
        // Runtimes strip a text's first token where it is BOS: a BOS that opens turns would be lost.
        if (bos != null
                && (data.addBos() || !format.controls().contains(data.tokens().get(bos)))) {
            writer.u32("tokenizer.ggml.bos_token_id", bos);
        }
        int endOfTurn = base.tokenizer()
                .controlId(format.endOfTurn())
                .orElseThrow(() -> new BadInputException(base.path() + ": no token " + format.endOfTurn()));
        writer.u32("tokenizer.ggml.eos_token_id", endOfTurn);
        if (data.padId() != null) {
            writer.u32("tokenizer.ggml.padding_token_id", data.padId());
        }
        if (data.unkId() != null) {
            writer.u32("tokenizer.ggml.unknown_token_id", data.unkId());
        }
        writer.bool("tokenizer.ggml.add_bos_token", data.addBos());
    }

    private static String unusedName(int id, Set<String> known) {
        String name = "[PAD" + id + "]";
        while (!known.add(name)) {
            name += "_";
        }
        return name;
    }
}
