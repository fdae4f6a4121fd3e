package dev.kaiaku.model.base;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.HuggingFaceConfig;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.ModelLayout;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.format.ChatFormats;
import dev.kaiaku.model.safetensors.Dtype;
import dev.kaiaku.model.safetensors.SafetensorsSet;
import dev.kaiaku.model.safetensors.SafetensorsTensor;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerReader;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A base in a Hugging Face directory: config.json, safetensors, tokenizer.json. */
final class HuggingFaceBase implements BaseModel {
    private final Path directory;
    private final ModelConfig config;
    private final SafetensorsSet weights;
    private final Map<String, Bnb4Matrix> packed = new HashMap<>();
    private final List<TensorInfo> tensors;
    private final Tokenizer tokenizer;

    private HuggingFaceBase(Path directory, ModelConfig config, SafetensorsSet weights) {
        this.directory = directory;
        this.config = config;
        this.weights = weights;
        this.tensors = checkedTensors();
        this.tokenizer = Tokenizer.of(
                HuggingFaceTokenizerReader.read(directory, config.vocabSize()),
                directory.resolve("tokenizer.json").toString());
    }

    static HuggingFaceBase open(Path directory) {
        ModelConfig config = HuggingFaceConfig.read(directory.resolve("config.json"));
        SafetensorsSet weights = SafetensorsSet.open(directory);
        boolean opened = false;
        try {
            HuggingFaceBase base = new HuggingFaceBase(directory, config, weights);
            opened = true;
            return base;
        } finally {
            if (!opened) {
                weights.close();
            }
        }
    }

    private List<TensorInfo> checkedTensors() {
        List<TensorInfo> result = new ArrayList<>();
        for (ModelLayout.Entry entry : ModelLayout.of(config)) {
            @Nullable Bnb4Matrix matrix = Bnb4Matrix.find(directory, weights, entry.name(), entry.shape());
            if (matrix != null) {
                packed.put(entry.name(), matrix);
                result.add(matrix.info());
                continue;
            }
            @Nullable SafetensorsTensor tensor = weights.find(entry.name());
            if (tensor == null) {
                throw new BadInputException(directory + ": tensor " + entry.name() + " is missing");
            }
            if (!tensor.shape().equals(entry.shape())) {
                throw new BadInputException(directory + ": tensor " + entry.name() + " has the shape " + tensor.shape()
                        + ", config.json asks for " + entry.shape());
            }
            @Nullable TensorType type = tensor.dtype().tensorType();
            if (type == null) {
                throw new BadInputException(directory + ": tensor " + entry.name() + " is " + tensor.dtype()
                        + ", supported are F32, F16 and BF16");
            }
            TensorInfo info = new TensorInfo(entry.name(), type, entry.shape());
            result.add(offset(info) == 0 ? info : new TensorInfo(entry.name(), TensorType.F32, entry.shape()));
        }
        return List.copyOf(result);
    }

    @Override
    public Path path() {
        return directory;
    }

    /** The name that the checkpoint was saved under, else the directory's; hub caches name a directory above. */
    @Override
    public String name() {
        JsonNode saved = JsonFile.read(directory.resolve("config.json")).path("_name_or_path");
        String name = saved.asText("").replaceAll("/+$", "");
        if (!name.isBlank()) {
            return name.substring(name.lastIndexOf('/') + 1);
        }
        Path absolute = directory.toAbsolutePath().normalize();
        for (@Nullable Path at = absolute; at != null && at.getFileName() != null; at = at.getParent()) {
            String part = at.getFileName().toString();
            if (part.startsWith("models--")) {
                return part.substring(part.lastIndexOf("--") + 2);
            }
        }
        return absolute.getFileName() == null ? "base" : absolute.getFileName().toString();
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ChatFormat chatFormat() {
        return ChatFormats.detect(tokenizer.data(), chatTemplate(), directory.toString());
    }

    private @Nullable String chatTemplate() {
        Path file = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(file)) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read", e);
            }
        }
        Path configFile = directory.resolve("tokenizer_config.json");
        if (!Files.isRegularFile(configFile)) {
            return null;
        }
        JsonNode template = JsonFile.read(configFile).path("chat_template");
        // Several templates are a list of objects with a name each; all of a base use the same control tokens.
        JsonNode text = template.isArray() ? template.path(0).path("template") : template;
        return text.isTextual() ? text.asText() : null;
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public ByteBuffer read(TensorInfo tensor, long firstRow, int rows) {
        @Nullable SafetensorsTensor source = weights.find(tensor.name());
        if (source == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        @Nullable Bnb4Matrix matrix = packed.get(tensor.name());
        if (matrix != null) {
            return matrix.rows(firstRow, rows);
        }
        if (tensor.shape().size() == 2) {
            return weights.read(source, firstRow, rows);
        }
        if (firstRow != 0 || rows != 1) {
            throw new IllegalArgumentException(tensor.name() + " has one row");
        }
        ByteBuffer values = weights.read(source, 0, Math.toIntExact(tensor.columns()));
        return offset(tensor) == 0 ? values : shifted(values, source.dtype(), offset(tensor));
    }

    @Override
    public @Nullable NativeNf4 nf4(TensorInfo tensor) {
        @Nullable Bnb4Matrix matrix = packed.get(tensor.name());
        return matrix == null ? null : matrix.whole();
    }

    private float offset(TensorInfo tensor) {
        return tensor.name().endsWith("norm.weight") ? config.architecture().normOffset() : 0;
    }

    /** The values in f32 with an offset added. */
    private static ByteBuffer shifted(ByteBuffer values, Dtype dtype, float offset) {
        int count = values.remaining() / dtype.bytes();
        ByteBuffer out = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            out.putFloat(offset + dtype.next(values));
        }
        return out.flip();
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
