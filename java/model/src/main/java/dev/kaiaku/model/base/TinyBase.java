package dev.kaiaku.model.base;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.model.Architecture;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerWriter;
import dev.kaiaku.model.tokenizer.TinyTokenizer;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
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
        TokenizerData tokenizer = TinyTokenizer.learn(text, spec.merges());
        Path configFile = directory.resolve("config.json");
        ModelConfig config = ConfigCheck.check(spec.config(tokenizer.tokens().size()), configFile);
        if (config.headDim() * config.heads() != config.hiddenSize()) {
            throw new IllegalArgumentException(config.heads() + " heads do not divide " + config.hiddenSize());
        }
        AtomicFile.write(configFile, json(config, spec.type()).toPrettyString() + "\n");
        HuggingFaceTokenizerWriter.write(tokenizer, spec.contextLength(), directory);
        AtomicFile.write(directory.resolve("chat_template.jinja"), ChatFormat.CHATML.chatTemplate());
        writeWeights(directory.resolve("model.safetensors"), config, spec);
    }

    private static ObjectNode json(ModelConfig config, TensorType type) {
        boolean qwen = config.architecture() == Architecture.QWEN2;
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.putArray("architectures").add(qwen ? "Qwen2ForCausalLM" : "LlamaForCausalLM");
        json.put("model_type", qwen ? "qwen2" : "llama");
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.kvHeads());
        json.put("vocab_size", config.vocabSize());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", Double.parseDouble(Float.toString(config.rmsNormEps())));
        json.put("rope_theta", config.rope().theta());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.put("torch_dtype", torchName(type));
        json.put("eos_token_id", 2);
        json.put("pad_token_id", 0);
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
                writer.write(tensor.name(), randomValues(tensor, random));
            }
            writer.finish();
        }
    }

    private static ByteBuffer randomValues(TensorInfo tensor, Random random) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        double mean = tensor.name().contains("norm") ? 1 : 0;
        while (bytes.hasRemaining()) {
            put((float) (mean + STANDARD_DEVIATION * random.nextGaussian()), tensor.type(), bytes);
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
