package dev.kaiaku.trainer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.checkpoint.Fingerprint;
import dev.kaiaku.trainer.judgement.ContextCheck;
import dev.kaiaku.trainer.options.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run was made of and what came of it; the content of {@code run.json}.
 *
 * @param base name of the base
 * @param basePath where it was
 * @param baseHash fingerprint of its content
 * @param data folder of the dataset
 * @param hashes SHA-256 of its files
 * @param options as asked for
 * @param plan as resolved
 * @param library build of the native library
 * @param result null until the run has ended
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunFile(
        String base,
        String basePath,
        String baseHash,
        String data,
        Map<String, String> hashes,
        TrainOptions options,
        TrainPlan plan,
        String library,
        @Nullable Result result) {
    /** Name of the file in the folder of the run. */
    public static final String FILE = "run.json";

    static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** The end of a run; NLL is null where nothing was evaluated. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Result(
            @Nullable Double baseNll,
            @Nullable Double bestNll,
            int bestStep,
            int steps,
            double lr,
            double tokensPerSecond,
            long peakMemoryBytes,
            long nativeBytes,
            StopReason stopReason,
            String saw,
            @Nullable ContextCheck context) {}

    /**
     * Reads the file of a run.
     *
     * @throws BadInputException where the folder holds none, or it is damaged
     */
    public static RunFile read(Path run) {
        Path file = run.resolve(FILE);
        try {
            return JSON.readValue(Files.readAllBytes(file), RunFile.class);
        } catch (NoSuchFileException e) {
            throw new BadInputException(run + ": no " + FILE + " here; `train` makes it", e);
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": damaged at line " + line(e) + "; train again", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static int line(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    /** Whether nothing is left to do: the run has ended, and not because somebody stopped it. */
    public boolean done() {
        return result != null && result.stopReason() != StopReason.INTERRUPTED;
    }

    /** The result of a run that has ended, in the folder that it is in now. */
    public TrainResult result(Path run) {
        Result ended = result;
        if (ended == null) {
            throw new IllegalStateException(run + " has not ended");
        }
        return new TrainResult(
                orNaN(ended.baseNll()),
                orNaN(ended.bestNll()),
                ended.bestStep(),
                ended.steps(),
                ended.lr(),
                ended.tokensPerSecond(),
                ended.peakMemoryBytes(),
                plan.memoryBytes(),
                plan.nativeBytes(),
                ended.nativeBytes(),
                plan.trainSamples(),
                plan.validationSamples(),
                plan.targetTokens(),
                run.resolve(RunFolder.ADAPTER),
                ended.stopReason(),
                ended.saw(),
                ended.context());
    }

    RunFile withResult(TrainResult result) {
        Result ended = new Result(
                finite(result.baseNll()),
                finite(result.bestNll()),
                result.bestStep(),
                result.steps(),
                result.lr(),
                result.tokensPerSecond(),
                result.peakMemoryBytes(),
                result.nativeBytes(),
                result.stopReason(),
                result.saw(),
                result.context());
        return new RunFile(base, basePath, baseHash, data, hashes, options, plan, library, ended);
    }

    /** The same run whose dataset lies elsewhere. */
    RunFile withData(Path folder) {
        String place = folder.toAbsolutePath().toString();
        return new RunFile(base, basePath, baseHash, place, hashes, options, plan, library, result);
    }

    /** The same run on another device. */
    RunFile on(Device device) {
        return new RunFile(base, basePath, baseHash, data, hashes, options, plan.on(device), library, result);
    }

    /** Of everything that decides the numbers of the run, but for the device: it may be gone on with on another. */
    String configHash() {
        try {
            TrainOptions anywhere = options.toBuilder().device(Device.AUTO).build();
            return Fingerprint.of(baseHash + JSON.writeValueAsString(hashes) + JSON.writeValueAsString(anywhere));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    void write(Path run) {
        AtomicFile.write(
                run.resolve(FILE),
                out -> out.write(JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this)));
    }
}
