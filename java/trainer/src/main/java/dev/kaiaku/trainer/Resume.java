package dev.kaiaku.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.checkpoint.Checkpoint;
import dev.kaiaku.trainer.options.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Whether a run can be gone on with: only what was started can be. */
final class Resume {
    private Resume() {}

    /** The run that was started in a folder; empty where there is none, or none that has come to a checkpoint. */
    static Optional<RunFile> started(Path run) {
        boolean begun =
                Files.exists(run.resolve(RunFile.FILE)) && RunFolder.last(run).isPresent();
        return begun ? Optional.of(RunFile.read(run)) : Optional.empty();
    }

    /**
     * Compares a run with what is asked for now; it may go on on another device.
     *
     * @throws BadInputException for another base or other data
     * @throws ResumeRefusedException for other options, naming them
     */
    static void require(Path run, RunFile started, String baseHash, Map<String, String> hashes, TrainOptions options) {
        if (!started.baseHash().equals(baseHash)) {
            throw new BadInputException(run + ": was started on " + started.basePath()
                    + ", and the base is another one now; name that, or train into another --out");
        }
        Set<String> names = new TreeSet<>(started.hashes().keySet());
        names.addAll(hashes.keySet());
        for (String name : names) {
            if (!Objects.equals(started.hashes().get(name), hashes.get(name))) {
                throw new BadInputException(run + ": " + name + " is not what the run was started with (in "
                        + started.data() + " then); build that again, or train into another --out");
            }
        }
        Device device = options.compute().device();
        JsonNode before = RunFile.JSON.valueToTree(
                started.options().toBuilder().device(device).build());
        JsonNode now = RunFile.JSON.valueToTree(options);
        for (Iterator<String> groups = before.fieldNames(); groups.hasNext(); ) {
            String group = groups.next();
            requireEqual(run, group, before.path(group), now.path(group));
        }
    }

    /** Throws where a checkpoint belongs to another {@code run.json}. */
    static void requireSameRun(Path run, RunFile started, Checkpoint checkpoint) {
        if (!checkpoint.state().configHash().equals(started.configHash())) {
            throw new BadInputException(run + ": " + RunFile.FILE + " is not that of the checkpoint beside it;"
                    + " put back the right one, or train into another --out");
        }
    }

    private static void requireEqual(Path run, String name, JsonNode before, JsonNode now) {
        if (before.equals(now)) {
            return;
        }
        for (Iterator<String> fields = before.fieldNames(); fields.hasNext(); ) {
            String field = fields.next();
            requireEqual(run, field, before.path(field), now.path(field));
        }
        if (!before.isObject()) {
            throw new ResumeRefusedException(
                    run + ": was started with --" + name.replace('_', '-') + " " + before.asText() + ", not "
                            + now.asText() + "; leave the option out, or train into another --out");
        }
    }
}
