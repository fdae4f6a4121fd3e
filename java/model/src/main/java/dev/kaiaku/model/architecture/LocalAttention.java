package dev.kaiaku.model.architecture;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Layers that see only what is near.
 *
 * @param window positions that a local layer sees, its own included
 * @param layers for each layer, whether it is local
 * @param rope of the local layers
 */
public record LocalAttention(int window, List<Boolean> layers, Rope rope) {
    public LocalAttention {
        layers = List.copyOf(layers);
    }

    /** Indices of the local layers. */
    public Set<Integer> layerIndices() {
        return IntStream.range(0, layers.size()).filter(layers::get).boxed().collect(Collectors.toSet());
    }

    /** Every layer local. */
    static LocalAttention everywhere(int window, int layers, Rope rope) {
        return new LocalAttention(
                window, IntStream.range(0, layers).mapToObj(i -> true).toList(), rope);
    }

    /** Every layer local but each {@code period}-th. */
    static LocalAttention periodic(int window, int period, int layers, Rope rope) {
        return new LocalAttention(
                window,
                IntStream.range(0, layers).mapToObj(i -> (i + 1) % period != 0).toList(),
                rope);
    }

    /** Layers from {@code first} on local. */
    static LocalAttention from(int window, int first, int layers, Rope rope) {
        return new LocalAttention(
                window, IntStream.range(0, layers).mapToObj(i -> i >= first).toList(), rope);
    }
}
