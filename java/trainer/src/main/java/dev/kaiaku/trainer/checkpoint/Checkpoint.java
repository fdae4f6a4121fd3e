package dev.kaiaku.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.adapter.DirectorySwap;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A moment of a run, between two updates. On the disk it is a folder that PEFT can load as an adapter, with
 * {@code optimizer.safetensors} and {@code state.json} beside it; it is there whole or not at all.
 *
 * @param adapter its weights
 */
public record Checkpoint(LoraAdapter adapter, Moments moments, TrainState state) {
    private static final String STATE = "state.json";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /**
     * Replaces what {@code folder} holds.
     *
     * @param dropout of the run, for the adapter's own description
     * @throws BadInputException where the disk is full; the folder is as it was then
     */
    public void write(Path folder, double dropout, String baseName) {
        DirectorySwap.write(folder, fresh -> {
            PeftAdapter.writeInto(fresh, adapter, dropout, baseName);
            moments.write(fresh);
            AtomicFile.write(
                    fresh.resolve(STATE),
                    out -> out.write(
                            JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(state)));
        });
    }

    /**
     * The checkpoint in a folder; empty where there is none.
     *
     * @throws BadInputException for one that is damaged, naming the file
     */
    public static Optional<Checkpoint> read(Path folder) {
        DirectorySwap.recover(folder);
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        TrainState state = readState(folder.resolve(STATE));
        LoraAdapter adapter = PeftAdapter.read(folder);
        return Optional.of(new Checkpoint(adapter, Moments.read(folder, adapter), state));
    }

    private static TrainState readState(Path file) {
        try {
            return JSON.readValue(Files.readAllBytes(file), TrainState.class);
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": not the state of a run that this version can go on with", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
