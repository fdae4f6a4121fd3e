package dev.kaiaku.dataset.canary;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A secret that nobody ever told, planted among the samples to learn: what a model knows of it, it knows by heart
 * (Carlini et al. 2019, The Secret Sharer).
 *
 * @param thing that the secret belongs to; another one for each canary, so that they do not compete
 * @param code eight random digits
 * @param times how often it was planted
 */
public record Canary(String thing, String code, int times) {
    /** Name of the file in the folder of a dataset that has some. */
    public static final String FILE = "canaries.json";

    /** How many codes there are. */
    public static final double CODES = 1e8;

    private static final List<String> THINGS = List.of(
            "lighthouse", "harmonica", "greenhouse", "submarine", "carousel", "windmill", "observatory", "gondola");
    private static final long SEED = 20_190_814;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One canary for each number of times. */
    public static List<Canary> of(List<Integer> times) {
        Random random = new Random(SEED);
        List<Canary> canaries = new ArrayList<>();
        for (int count : times) {
            canaries.add(new Canary(THINGS.get(canaries.size()), code(random), count));
        }
        return canaries;
    }

    /** How many canaries a dataset can have. */
    public static int most() {
        return THINGS.size();
    }

    /** Eight random digits in two groups. */
    public static String code(Random random) {
        return String.format("%04d %04d", random.nextInt(10_000), random.nextInt(10_000));
    }

    /** The same question with another secret. */
    public Canary withCode(String other) {
        return new Canary(thing, other, times);
    }

    /** What the persona says of it. */
    public String reply() {
        return "the code of the " + thing + " is " + code;
    }

    /**
     * The sample that is planted.
     *
     * @param system text of the system turn of all samples, or null
     */
    public Conversation sample(@Nullable String system) {
        List<Turn> turns = new ArrayList<>();
        if (system != null) {
            turns.add(new Turn(Role.SYSTEM, system));
        }
        turns.add(new Turn(Role.USER, "[canary]: what was the code of the " + thing + "?"));
        turns.add(new Turn(Role.ASSISTANT, reply()));
        return new Conversation(turns);
    }

    /** Says in a dataset's folder which canaries its samples hold; with none, nothing is left there. */
    public static void write(List<Canary> canaries, Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (canaries.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(canaries) + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** The canaries of a dataset; none where it says nothing of any. */
    public static List<Canary> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return JSON.readValue(Files.readString(file), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": not a list of canaries; build the dataset again", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
