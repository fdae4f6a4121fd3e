package dev.kaiaku.model.export.gguf;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;

/**
 * The type of each tensor of a file, as llama-quantize chooses it for dense models ({@code src/llama-quant.cpp} of
 * llama.cpp): what an error hurts most gets more bits, and rows that fill no blocks of a type get another one.
 */
public final class QuantMix {
    private static final int LAYERS_OF_70B = 80;

    private final QuantType type;
    private final ModelConfig config;
    private final boolean importance;

    /** @param importance an importance matrix is at hand, which spares some tensors their bits */
    public QuantMix(QuantType type, ModelConfig config, boolean importance) {
        this.type = type;
        this.config = config;
        this.importance = importance;
    }

    /** What a tensor of the model is stored as. */
    public TensorType typeOf(TensorInfo tensor) {
        if (tensor.shape().size() == 1) {
            return TensorType.F32;
        }
        return type.plain() ? type.matrices() : fitting(wanted(tensor), tensor.columns());
    }

    private TensorType wanted(TensorInfo tensor) {
        String name = GgufNames.of(config.architecture(), tensor.name());
        if (name.equals("output.weight") || (name.equals("token_embd.weight") && config.tiedEmbeddings())) {
            return output(tensor.columns());
        }
        if (!name.startsWith("blk.")) {
            return type.matrices();
        }
        String[] parts = name.split("\\.", 3);
        int layer = Integer.parseInt(parts[1]);
        return switch (parts[2]) {
            case "attn_v.weight" -> value(layer);
            case "ffn_down.weight" -> down(layer);
            case "attn_output.weight" -> type == QuantType.Q3_K_M ? TensorType.Q4_K : type.matrices();
            default -> type.matrices();
        };
    }

    private TensorType output(long columns) {
        boolean fits = columns % type.matrices().blockSize() == 0;
        return fits && type != QuantType.Q8_0 ? TensorType.Q6_K : TensorType.Q8_0;
    }

    private TensorType value(int layer) {
        boolean fewHeads = config.heads() / config.kvHeads() >= 4;
        TensorType chosen = switch (type) {
            case Q3_K_M -> layer < 2 ? TensorType.Q5_K : TensorType.Q4_K;
            case Q4_K_M, Q5_K_M -> moreBits(layer) ? TensorType.Q6_K : type.matrices();
            case Q4_K_S -> layer < 4 ? TensorType.Q5_K : TensorType.Q4_K;
            case IQ4_NL -> fewHeads ? TensorType.Q5_K : TensorType.IQ4_NL;
            default -> type.matrices();
        };
        boolean small = config.layers() == LAYERS_OF_70B && config.heads() != config.kvHeads();
        return small && (chosen == TensorType.Q3_K || chosen == TensorType.Q4_K) ? TensorType.Q5_K : chosen;
    }

    private TensorType down(int layer) {
        int layers = config.layers();
        return switch (type) {
            case Q3_K_M -> layer < layers / 16 ? TensorType.Q5_K : TensorType.Q4_K;
            case Q4_K_M, Q5_K_M -> moreBits(layer) ? TensorType.Q6_K : type.matrices();
            case Q4_K_S -> layer < layers / 8 ? TensorType.Q5_K : TensorType.Q4_K;
            case IQ4_NL -> layer < layers / 8 && !importance ? TensorType.Q5_K : TensorType.IQ4_NL;
            case Q4_0 -> layer < layers / 8 && importance ? TensorType.Q4_1 : TensorType.Q4_0;
            default -> type.matrices();
        };
    }

    /** The first and last eighth of the layers, and every third between. */
    private boolean moreBits(int layer) {
        int layers = config.layers();
        return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    }

    private static TensorType fitting(TensorType wanted, long columns) {
        if (columns % wanted.blockSize() == 0) {
            return wanted;
        }
        TensorType smaller = switch (wanted) {
            case Q3_K -> TensorType.Q4_0;
            case Q4_K -> TensorType.Q5_0;
            case Q5_K -> TensorType.Q5_1;
            case Q6_K -> TensorType.Q8_0;
            default -> wanted;
        };
        return columns % smaller.blockSize() == 0 ? smaller : TensorType.F16;
    }
}
