package dev.kaiaku.trainer;

import dev.kaiaku.dataset.WriteFailure;
import dev.kaiaku.model.adapter.DirectorySwap;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.trainer.checkpoint.Checkpoint;
import dev.kaiaku.trainer.checkpoint.MetricsLog;
import dev.kaiaku.trainer.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that a run writes while it goes. Locked against a second process while open. */
final class RunFolder implements AutoCloseable {
    static final String ADAPTER = "adapter";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String LOCK = ".lock";
    private static final Set<String> OURS =
            Set.of(ADAPTER, CHECKPOINTS, LOCK, MetricsLog.FILE, RunFile.FILE, RunReport.FILE);

    private final Path folder;
    private final String baseName;
    private final double dropout;
    private final FileChannel lock;
    private final MetricsLog metrics;

    private RunFolder(Path folder, String baseName, double dropout, FileChannel lock, MetricsLog metrics) {
        this.folder = folder;
        this.baseName = baseName;
        this.dropout = dropout;
        this.lock = lock;
        this.metrics = metrics;
    }

    /** Throws {@link RunExistsException} where the folder holds anything, or, for a resume, anything but a run. */
    static void requireFree(Path folder, boolean resume) {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new RunExistsException(folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.map(file -> file.getFileName().toString()).anyMatch(name -> !resume || foreign(name))) {
                throw new RunExistsException(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    private static boolean foreign(String name) {
        return !OURS.contains(name) && OURS.stream().noneMatch(ours -> name.startsWith("." + ours + "."));
    }

    /** The checkpoint that a run in this folder goes on from. */
    static Optional<Checkpoint> last(Path folder) {
        return Checkpoint.read(folder.resolve(CHECKPOINTS).resolve("last"));
    }

    /**
     * Opens a folder for writing, made where it is missing.
     *
     * @param metricsBytes length that {@code metrics.jsonl} is cut back to
     */
    static RunFolder open(Path folder, String baseName, double dropout, long metricsBytes) {
        Path file = folder.resolve(LOCK);
        try {
            Files.createDirectories(folder);
            FileChannel lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(lock)) {
                lock.close();
                throw new ResumeRefusedException(folder + " is being trained by another process");
            }
            return new RunFolder(folder, baseName, dropout, lock, MetricsLog.open(folder, metricsBytes));
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path folder() {
        return folder;
    }

    /** Appends a line to {@code metrics.jsonl}. */
    void metric(Map<String, ?> values) {
        metrics.append(values);
    }

    /** Puts {@code metrics.jsonl} on the disk; returns its length. */
    long forceMetrics() {
        return metrics.force();
    }

    void writeLast(Checkpoint checkpoint) {
        checkpoint.write(folder.resolve(CHECKPOINTS).resolve("last"), dropout, baseName);
    }

    void writeBest(Checkpoint checkpoint) {
        checkpoint.write(folder.resolve(CHECKPOINTS).resolve("best"), dropout, baseName);
    }

    Optional<Checkpoint> best() {
        return Checkpoint.read(folder.resolve(CHECKPOINTS).resolve("best"));
    }

    /** Writes the adapter that the run leaves; returns its folder. */
    Path writeAdapter(LoraAdapter adapter) {
        Path target = folder.resolve(ADAPTER);
        PeftAdapter.write(adapter, dropout, target, baseName);
        return target;
    }

    /** Writes {@code report.html} from what the other files say. */
    void report() {
        RunReport.write(folder);
    }

    /** Removes what an earlier run left that had come to no checkpoint. */
    void clear() {
        DirectorySwap.remove(folder.resolve(ADAPTER));
        DirectorySwap.remove(folder.resolve(CHECKPOINTS));
    }

    @Override
    public void close() {
        metrics.close();
        try {
            lock.close();
        } catch (IOException e) {
            throw WriteFailure.of(folder.resolve(LOCK), e);
        }
    }
}
