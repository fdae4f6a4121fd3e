package dev.kaiaku.model.export.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.Architecture;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.Rope;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.gguf.GgufWriter;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metadata of an exported file. */
final class GgufKeys {
    private static final int QUANTIZATION_VERSION = 2;

    private final GgufWriter writer;
    private final BaseModel base;
    private final ModelConfig config;
    private final String prefix;

    GgufKeys(GgufWriter writer, BaseModel base) {
        this.writer = writer;
        this.base = base;
        this.config = base.config();
        this.prefix = config.architecture().ggufName() + ".";
    }

    void write(PersonaInfo persona, QuantType type) {
        writer.string("general.architecture", config.architecture().ggufName());
        writer.string("general.type", "model");
        writer.string("general.name", persona.name());
        writer.string("general.basename", base.name());
        writer.u32("general.file_type", type.fileType());
        writer.u32("general.quantization_version", QUANTIZATION_VERSION);
        writeSizes();
        writeRope();
        writeTokenizer(base.tokenizer().data(), persona.format());
        writer.string("tokenizer.chat_template", persona.format().chatTemplate());
        persona.write(writer);
    }

    private void writeSizes() {
        if (config.architecture() == Architecture.LLAMA) {
            writer.u32(prefix + "vocab_size", config.vocabSize());
        }
        writer.u32(prefix + "context_length", config.contextLength());
        writer.u32(prefix + "embedding_length", config.hiddenSize());
        writer.u32(prefix + "block_count", config.layers());
        writer.u32(prefix + "feed_forward_length", config.intermediateSize());
        writer.u32(prefix + "attention.head_count", config.heads());
        writer.u32(prefix + "attention.head_count_kv", config.kvHeads());
        writer.u32(prefix + "attention.key_length", config.headDim());
        writer.u32(prefix + "attention.value_length", config.headDim());
        writer.f32(prefix + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
    }

    private void writeRope() {
        writer.u32(prefix + "rope.dimension_count", config.headDim());
        writer.f32(prefix + "rope.freq_base", (float) config.rope().theta());
        if (config.rope().scaling() instanceof Rope.Linear linear) {
            writer.string(prefix + "rope.scaling.type", "linear");
            writer.f32(prefix + "rope.scaling.factor", (float) linear.factor());
        }
    }

    /** Whether the rope needs the tensor of divisors, which llama.cpp has for one architecture alone. */
    static boolean needsRopeFreqs(BaseModel base) {
        Rope.Scaling scaling = base.config().rope().scaling();
        boolean divisors = scaling instanceof Rope.Llama3 || scaling instanceof Rope.Divisors;
        if (divisors && base.config().architecture() != Architecture.LLAMA) {
            throw new BadInputException(base.path() + ": llama.cpp knows this rope scaling for llama models alone,"
                    + " not for " + base.config().architecture().ggufName());
        }
        return divisors;
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
        writer.string("tokenizer.ggml.model", "gpt2");
        writer.string("tokenizer.ggml.pre", data.pre());
        writer.strings("tokenizer.ggml.tokens", tokens);
        writer.i32s(
                "tokenizer.ggml.token_type",
                types.stream().mapToInt(TokenType::id).toArray());
        writer.strings("tokenizer.ggml.merges", data.merges());
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
