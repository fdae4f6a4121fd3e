package dev.kaiaku.model.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A base with an adapter merged into it, W + strength s B A in f32: a model like any other, whose changed matrices
 * are F32. Borrows the base. Thread-safe.
 */
public final class MergedModel implements BaseModel {
    private static final String WEIGHT = ".weight";

    private final BaseModel base;
    private final double strength;
    private final Map<String, MergedTensor> sources = new HashMap<>();
    private final List<TensorInfo> tensors;

    /**
     * Merges while it is read; nothing is kept but the adapter.
     *
     * @param adapter null for the base alone
     * @param strength factor of the adapter's change: 1 as trained, 0 none
     * @throws BadInputException where the adapter is not one of this base
     */
    public MergedModel(BaseModel base, @Nullable LoraAdapter adapter, double strength) {
        if (!Double.isFinite(strength)) {
            throw new IllegalArgumentException("strength " + strength);
        }
        this.base = base;
        this.strength = adapter == null ? 0 : strength;
        Map<String, LoraMatrix> matrices = new HashMap<>(adapter == null ? Map.of() : adapter.matrices());
        double scale = adapter == null ? 0 : adapter.scaling() * strength;
        for (TensorInfo tensor : base.tensors()) {
            String name = tensor.name();
            @Nullable LoraMatrix lora =
                    name.endsWith(WEIGHT) ? matrices.remove(name.substring(0, name.length() - WEIGHT.length())) : null;
            if (lora != null && (tensor.rows() != lora.out() || tensor.columns() != lora.in())) {
                throw new BadInputException("the adapter's " + name + " is for a matrix of [" + lora.out() + ", "
                        + lora.in() + "], that of " + base.name() + " is " + tensor.shape());
            }
            sources.put(name, new MergedTensor(base, tensor, scale == 0 ? null : lora, (float) scale));
        }
        if (!matrices.isEmpty()) {
            throw new BadInputException("the adapter changes "
                    + matrices.keySet().stream().sorted().findFirst().orElseThrow() + ", which " + base.name()
                    + " lacks");
        }
        this.tensors = base.tensors().stream().map(this::merged).toList();
    }

    private TensorInfo merged(TensorInfo tensor) {
        return source(tensor).changed() ? new TensorInfo(tensor.name(), TensorType.F32, tensor.shape()) : tensor;
    }

    /** Where the rows of one of {@link #tensors} come from. */
    MergedTensor source(TensorInfo tensor) {
        @Nullable MergedTensor source = sources.get(tensor.name());
        if (source == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        return source;
    }

    @Override
    public ByteBuffer read(TensorInfo tensor, long firstRow, int rows) {
        MergedTensor source = source(tensor);
        if (!source.changed()) {
            return base.read(tensor, firstRow, rows);
        }
        ByteBuffer merged = ByteBuffer.allocateDirect(Math.toIntExact(rows * tensor.rowBytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        source.read(firstRow, rows).merge(0, rows, null, merged.asFloatBuffer());
        return merged;
    }

    /** Factor of the adapter's change; 0 without an adapter. */
    public double strength() {
        return strength;
    }

    /** What the adapter is merged into. */
    public BaseModel base() {
        return base;
    }

    @Override
    public Path path() {
        return base.path();
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public ModelConfig config() {
        return base.config();
    }

    @Override
    public Tokenizer tokenizer() {
        return base.tokenizer();
    }

    @Override
    public ChatFormat chatFormat() {
        return base.chatFormat();
    }

    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** Does nothing: the base is closed by whom it belongs to. */
    @Override
    public void close() {}
}
