package dev.kaiaku.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.safetensors.SafetensorsFile;
import dev.kaiaku.model.safetensors.SafetensorsTensor;
import dev.kaiaku.trainer.packing.Example;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One model of golden/README.md with what another trainer computed on it. */
record Golden(BaseModel base, LoraAdapter adapter, SafetensorsFile arrays, JsonNode reference)
        implements AutoCloseable {
    private static final Set<String> SUPPORTED = Set.of("llama", "mistral", "qwen2", "qwen3", "gemma3_text");

    /** Folders with references of plain weights: of -Dkaiaku.golden, else of -Dkaiaku.shared, else those that lie here. */
    static List<Path> folders(boolean supported) {
        return folders().stream()
                .filter(folder -> !packed(folder) && SUPPORTED.contains(modelType(folder)) == supported)
                .toList();
    }

    /** Folders with references of quantised weights, which hold them packed as well. */
    static List<Path> quantisedFolders() {
        return folders().stream().filter(Golden::packed).toList();
    }

    private static boolean packed(Path folder) {
        return Files.exists(folder.resolve("bnb4"));
    }

    private static List<Path> folders() {
        String given = System.getProperty("kaiaku.golden", "");
        String shared = System.getProperty("kaiaku.shared", "");
        if (given.isEmpty()) {
            given = shared.isEmpty() ? "java/trainer/src/test/resources/golden" : shared + "/golden";
        }
        Path checkout = Path.of(System.getProperty("kaiaku.root", "../.."));
        Path root = checkout.resolve(given);
        try (Stream<Path> list = Files.list(root)) {
            return list.filter(folder -> Files.exists(folder.resolve("reference.safetensors")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Golden open(Path folder) {
        return new Golden(
                BaseModels.open(folder),
                PeftAdapter.read(folder.resolve("adapter")),
                SafetensorsFile.open(folder.resolve("reference.safetensors")),
                json(folder.resolve("reference.json")));
    }

    static String modelType(Path folder) {
        return json(folder.resolve("config.json")).path("model_type").asText();
    }

    private static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All sequences in one batch. */
    NativeBatch batch() {
        return new NativeBatch(ints("tokens"), learn(), ints("offsets"));
    }

    /** The same batch, every prediction counted. */
    NativeBatch batchOfAll() {
        byte[] learn = new byte[ints("tokens").length];
        Arrays.fill(learn, (byte) 1);
        return new NativeBatch(ints("tokens"), learn, ints("offsets"));
    }

    List<Example> sequences() {
        NativeBatch batch = batch();
        return IntStream.range(1, batch.cuSeqlens().length)
                .mapToObj(i -> {
                    int from = batch.cuSeqlens()[i - 1];
                    int to = batch.cuSeqlens()[i];
                    return new Example(
                            Arrays.copyOfRange(batch.tokens(), from, to),
                            Arrays.copyOfRange(batch.learn(), from, to),
                            false);
                })
                .toList();
    }

    NativeTrainerOptions options(boolean recompute) {
        return options(recompute, NativeCompute.F32);
    }

    NativeTrainerOptions options(boolean recompute, NativeCompute compute) {
        JsonNode hyper = reference.path("hyper");
        return NativeTrainerOptions.builder(
                        adapter.rank(), LoraTarget.bits(LoraTarget.of(adapter)), ints("tokens").length)
                .keptLayers(recompute ? 0 : base.config().layers())
                .compute(compute)
                .scaling((float) adapter.scaling())
                .beta1((float) hyper.path("betas").path(0).asDouble())
                .beta2((float) hyper.path("betas").path(1).asDouble())
                .eps((float) hyper.path("eps").asDouble())
                .weightDecay((float) hyper.path("weight_decay").asDouble())
                .maxGradNorm((float) hyper.path("max_grad_norm").asDouble())
                .build();
    }

    float lr() {
        return (float) reference.path("hyper").path("lr").asDouble();
    }

    private byte[] learn() {
        ByteBuffer bytes = arrays.read(arrays.tensor("learn"));
        byte[] learn = new byte[bytes.remaining()];
        bytes.get(learn);
        return learn;
    }

    private int[] ints(String name) {
        SafetensorsTensor tensor = arrays.tensor(name);
        int[] values = new int[(int) (tensor.bytes() / Integer.BYTES)];
        arrays.read(tensor).asIntBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        arrays.close();
        base.close();
    }
}
