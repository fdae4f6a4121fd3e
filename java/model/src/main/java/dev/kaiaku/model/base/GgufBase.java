package dev.kaiaku.model.base;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.architecture.GgufConfig;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.ModelLayout;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.format.ChatFormats;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import dev.kaiaku.model.tokenizer.GgufTokenizerReader;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A base in a GGUF file. */
final class GgufBase implements BaseModel {
    private final GgufFile file;
    private final ModelConfig config;
    private final List<TensorInfo> tensors;
    private final Tokenizer tokenizer;

    private GgufBase(GgufFile file) {
        this.file = file;
        this.config = GgufConfig.read(file);
        this.tensors = checkedTensors();
        this.tokenizer = Tokenizer.of(
                GgufTokenizerReader.read(file.metadata(), config.vocabSize()),
                file.path().toString());
    }

    static GgufBase open(Path path) {
        GgufFile file = GgufFile.open(path);
        boolean opened = false;
        try {
            GgufBase base = new GgufBase(file);
            opened = true;
            return base;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private List<TensorInfo> checkedTensors() {
        List<TensorInfo> result = new ArrayList<>();
        Set<String> unknown = new HashSet<>(file.tensors().keySet());
        unknown.remove(GgufNames.ROPE_FREQS);
        for (ModelLayout.Entry entry : ModelLayout.of(config)) {
            GgufTensor tensor = file.tensor(GgufNames.of(config.architecture(), entry.name()));
            unknown.remove(tensor.name());
            if (!tensor.shape().equals(entry.shape())) {
                throw new BadInputException(file.path() + ": tensor " + tensor.name() + " has the shape "
                        + tensor.shape() + ", the file's keys ask for " + entry.shape());
            }
            @Nullable TensorType type = tensor.type();
            if (type == null || !TensorType.readable().contains(type)) {
                throw new BadInputException(file.path() + ": tensor " + tensor.name() + " is " + tensor.typeName()
                        + ", supported are " + TensorType.readable());
            }
            result.add(new TensorInfo(entry.name(), type, entry.shape()));
        }
        if (!unknown.isEmpty()) {
            throw new BadInputException(file.path() + ": tensor "
                    + unknown.stream().sorted().findFirst().orElseThrow() + " is not of a model that can be trained; "
                    + Architecture.supported());
        }
        return List.copyOf(result);
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public String name() {
        @Nullable String name = file.metadata().findString("general.name");
        if (name != null && !name.isBlank()) {
            return name;
        }
        @Nullable Path fileName = file.path().getFileName();
        return fileName == null ? "base" : fileName.toString().replaceAll("(?i)\\.gguf$", "");
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
        return ChatFormats.detect(
                tokenizer.data(),
                file.metadata().findString("tokenizer.chat_template"),
                file.path().toString());
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public ByteBuffer read(TensorInfo tensor, long firstRow, int rows) {
        GgufTensor source = file.tensor(GgufNames.of(config.architecture(), tensor.name()));
        if (!RotaryRows.apply(config.architecture(), tensor.name())) {
            return file.read(source, firstRow, rows);
        }
        if (tensor.shape().size() == 1) {
            ByteBuffer all = file.read(source, firstRow, rows);
            return reordered(
                    all, 0, Math.toIntExact(tensor.columns()), tensor.type().blockBytes());
        }
        int headDim = config.headDim();
        long firstHead = firstRow / headDim;
        long endHead = (firstRow + rows + headDim - 1) / headDim;
        ByteBuffer heads = file.read(source, firstHead * headDim, Math.toIntExact((endHead - firstHead) * headDim));
        int skipped = (int) (firstRow - firstHead * headDim);
        return reordered(heads, skipped, rows, Math.toIntExact(tensor.rowBytes()));
    }

    /** Rows {@code [first, first + rows)}, in Hugging Face order, of whole heads. */
    private ByteBuffer reordered(ByteBuffer heads, int first, int rows, int rowBytes) {
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(rows, rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = first; row < first + rows; row++) {
            int from = (int) RotaryRows.toGguf(row, config.headDim()) * rowBytes;
            out.put(heads.slice(from, rowBytes));
        }
        return out.flip();
    }

    @Override
    public void close() {
        tokenizer.close();
        file.close();
    }
}
