package dev.kaiaku.model.base;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.HuggingFaceConfigWriter;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.ModelLayout;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerReader;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerWriter;
import dev.kaiaku.model.tokenizer.TinyTokenizer;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Makes small base models with random weights: for tests, and for trying things out without a download. */
public final class TinyBase {
    /** Sentences with every letter, to learn merges from where there is no better text. */
    private static final String PANGRAMS = """
            the quick brown fox jumps over the lazy dog and then the dog barks at the fox
            pack my box with five dozen liquor jugs, and bring the big one to the party tonight
            how quickly daft jumping zebras vex! what are you doing? i was thinking the same thing
            um pequeno jabuti xereta viu dez cegonhas felizes, e não quis voltar para casa
            à noite, vovô kowalsky vê o ímã cair no pé do pinguim queixoso e vovó põe açúcar no chá
            você viu que ela não estava lá? então a gente se fala depois, tá bom
            """;

    private static final double STANDARD_DEVIATION = 0.05;
    private static final int MOST_BYTES = 1 << 24;

    private TinyBase() {}

    /** Writes a Hugging Face directory; its tokeniser's merges come from a few sentences. */
    public static void write(Path directory, TinySpec spec) {
        write(directory, spec, PANGRAMS);
    }

    /**
     * Writes a Hugging Face directory.
     *
     * @param text what the tokeniser learns its merges from
     */
    public static void write(Path directory, TinySpec spec, String text) {
        write(directory, spec, tokenizer(spec, text));
    }

    /** Writes a Hugging Face directory with a tokeniser of one's own, whatever the specification says of it. */
    public static void write(Path directory, TinySpec spec, TokenizerData tokenizer) {
        Path configFile = directory.resolve("config.json");
        ModelConfig config = spec.config(tokenizer.tokens().size()).checked(configFile);
        AtomicFile.write(configFile, json(config, spec.type(), tokenizer).toPrettyString() + "\n");
        HuggingFaceTokenizerWriter.write(tokenizer, spec.contextLength(), directory);
        AtomicFile.write(directory.resolve("chat_template.jinja"), spec.format().chatTemplate());
        writeWeights(directory.resolve("model.safetensors"), config, spec);
    }

    /**
     * Writes a Hugging Face directory with the tokeniser of another one.
     *
     * @param source has {@code tokenizer.json}, and {@code tokenizer_config.json} where it has one
     * @param vocabSize rows of the embedding, as large as the tokeniser's ids ask for; 0 for no more than these
     */
    public static void write(Path directory, TinySpec spec, Path source, int vocabSize) {
        int rows = vocabSize == 0 ? HuggingFaceTokenizerReader.size(source) : vocabSize;
        TokenizerData data = HuggingFaceTokenizerReader.read(source, rows);
        Path configFile = directory.resolve("config.json");
        ModelConfig config = spec.config(rows).checked(configFile);
        AtomicFile.write(configFile, json(config, spec.type(), data).toPrettyString() + "\n");
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            if (Files.isRegularFile(source.resolve(name))) {
                AtomicFile.write(directory.resolve(name), out -> Files.copy(source.resolve(name), out));
            }
        }
        writeWeights(directory.resolve("model.safetensors"), config, spec);
    }

    private static TokenizerData tokenizer(TinySpec spec, String text) {
        return switch (spec.format()) {
            case CHATML -> TinyTokenizer.learn(text, spec.merges());
            case LLAMA3 ->
                TinyTokenizer.learn(
                        text,
                        spec.merges(),
                        "llama-bpe",
                        List.of(
                                "<|end_of_text|>",
                                "<|begin_of_text|>",
                                "<|start_header_id|>",
                                "<|end_header_id|>",
                                "<|eot_id|>"),
                        "<|begin_of_text|>");
            case MISTRAL_TEKKEN ->
                TinyTokenizer.learn(
                        text, spec.merges(), "tekken", List.of("<pad>", "<s>", "[INST]", "[/INST]", "</s>"), "<s>");
            case GEMMA ->
                TinyTokenizer.learnPieces(text, spec.merges(), spec.format().controls(), "<eos>");
            case MISTRAL -> TinyTokenizer.learnPieces(text, spec.merges(), List.of("[INST]", "[/INST]"), "</s>");
            case MISTRAL_V1 -> TinyTokenizer.learnPieces(text, spec.merges(), List.of(), "</s>");
        };
    }

    private static ObjectNode json(ModelConfig config, TensorType type, TokenizerData tokenizer) {
        ObjectNode json = HuggingFaceConfigWriter.json(config);
        json.put("torch_dtype", torchName(type));
        json.put("eos_token_id", tokenizer.eosId());
        json.put("pad_token_id", tokenizer.padId());
        return json;
    }

    private static String torchName(TensorType type) {
        return switch (type) {
            case F32 -> "float32";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("a tiny base holds no " + type);
        };
    }

    private static void writeWeights(Path file, ModelConfig config, TinySpec spec) {
        var tensors = ModelLayout.of(config).stream()
                .map(entry -> new TensorInfo(entry.name(), spec.type(), entry.shape()))
                .toList();
        Random random = new Random(spec.seed());
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors)) {
            for (TensorInfo tensor : tensors) {
                double norm = 1 - config.architecture().normOffset();
                double mean = tensor.name().contains("norm") ? norm : 0;
                for (long done = 0; done < tensor.bytes(); done += MOST_BYTES) {
                    int bytes = (int) Math.min(MOST_BYTES, tensor.bytes() - done);
                    writer.write(tensor.name(), randomValues(bytes, tensor.type(), mean, random));
                }
            }
            writer.finish();
        }
    }

    private static ByteBuffer randomValues(int size, TensorType type, double mean, Random random) {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            put((float) (mean + STANDARD_DEVIATION * random.nextGaussian()), type, bytes);
        }
        return bytes.flip();
    }

    private static void put(float value, TensorType type, ByteBuffer bytes) {
        switch (type) {
            case F32 -> bytes.putFloat(value);
            case BF16 -> bytes.putShort((short) ((Float.floatToRawIntBits(value) + 0x8000) >>> 16));
            default -> throw new IllegalArgumentException("a tiny base holds no " + type);
        }
    }
}
