package dev.kaiaku.trainer;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.architecture.ModelConfig;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The linears of a layer that can carry LoRA; bits are {@code KAIAKU_TARGET_*}. */
enum LoraTarget {
    Q(1, "self_attn.q_proj"),
    K(2, "self_attn.k_proj"),
    V(4, "self_attn.v_proj"),
    O(8, "self_attn.o_proj"),
    GATE(16, "mlp.gate_proj"),
    UP(32, "mlp.up_proj"),
    DOWN(64, "mlp.down_proj");

    /** Stands for every linear. */
    static final String ALL = "all-linear";

    private static final String ATTENTION = "attention";
    private static final String MLP = "mlp";

    private final int bit;
    private final String path;

    LoraTarget(int bit, String path) {
        this.bit = bit;
        this.path = path;
    }

    /** The targets that {@code --targets} names, with or without what comes before the dot. */
    static Set<LoraTarget> parse(String names) {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (String name : names.split(",", -1)) {
            switch (name.strip()) {
                case ALL -> targets.addAll(EnumSet.allOf(LoraTarget.class));
                case ATTENTION -> targets.addAll(EnumSet.range(Q, O));
                case MLP -> targets.addAll(EnumSet.range(GATE, DOWN));
                default -> targets.add(named(name.strip()));
            }
        }
        return targets;
    }

    /** Throws {@link BadInputException} where a rank is more than a target of this base can have. */
    static void requireRank(int rank, Set<LoraTarget> targets, ModelConfig config) {
        for (LoraTarget target : targets) {
            int most = Math.min(target.in(config), target.out(config));
            if (rank > most) {
                throw new BadInputException("--rank " + rank + ": " + target.shortName() + " of this base is "
                        + target.out(config) + " x " + target.in(config) + ", so that " + most + " is the most");
            }
        }
    }

    private static LoraTarget named(String name) {
        return Arrays.stream(values())
                .filter(target -> name.equals(target.path) || name.equals(target.shortName()))
                .findFirst()
                .orElseThrow(() -> new BadInputException("--targets: \"" + name + "\" is not " + ALL + ", " + ATTENTION
                        + ", " + MLP
                        + " or one of "
                        + Arrays.stream(values()).map(LoraTarget::shortName).collect(Collectors.joining(", "))));
    }

    /** The targets that an adapter has in any layer. */
    static Set<LoraTarget> of(LoraAdapter adapter) {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (String linear : adapter.matrices().keySet()) {
            Arrays.stream(values())
                    .filter(target -> linear.endsWith(target.path))
                    .forEach(targets::add);
        }
        return targets;
    }

    static int bits(Set<LoraTarget> targets) {
        return targets.stream().mapToInt(target -> target.bit).sum();
    }

    /** The Hugging Face name of the linear, without {@code .weight}. */
    String linear(int layer) {
        return "model.layers." + layer + "." + path;
    }

    int in(ModelConfig config) {
        return switch (this) {
            case O -> config.heads() * config.headDim();
            case DOWN -> config.intermediateSize();
            default -> config.hiddenSize();
        };
    }

    int out(ModelConfig config) {
        return switch (this) {
            case Q -> config.heads() * config.headDim();
            case K, V -> config.kvHeads() * config.headDim();
            case GATE, UP -> config.intermediateSize();
            case O, DOWN -> config.hiddenSize();
        };
    }

    private String shortName() {
        return path.substring(path.indexOf('.') + 1);
    }
}
