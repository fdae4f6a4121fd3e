package dev.kaiaku.model.adapter;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory that is replaced whole: written beside its place, then moved there. No system swaps two directories in
 * one step everywhere, so the old one steps aside for a moment; {@link #recover} puts it back where a process was
 * killed in that moment. For one process at a time.
 */
public final class DirectorySwap {
    private static final AtomicLong COUNTER = new AtomicLong();

    private DirectorySwap() {}

    /**
     * Whatever stood at {@code target} stays until {@code content} has written everything.
     *
     * @param content writes into an empty directory; the files it leaves are on the disk already
     */
    public static void write(Path target, Consumer<Path> content) {
        Path place = target.toAbsolutePath().normalize();
        Path parent = place.getParent();
        if (parent == null || (Files.exists(place) && !Files.isDirectory(place))) {
            throw new BadInputException(target + ": a file stands where a folder is needed; choose another place");
        }
        try {
            Files.createDirectories(parent);
            recover(place);
            Path fresh = Files.createDirectory(parent.resolve("." + place.getFileName() + "."
                    + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + ".tmp"));
            try {
                content.accept(fresh);
                if (Files.exists(place)) {
                    Files.move(place, aside(place), StandardCopyOption.ATOMIC_MOVE);
                }
                Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
                AtomicFile.force(parent);
            } finally {
                recover(place);
                delete(fresh);
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    /** Ends what a killed process left half done at {@code target}: it holds its old content then, or the new one. */
    public static void recover(Path target) {
        Path place = target.toAbsolutePath().normalize();
        Path old = aside(place);
        try {
            if (Files.exists(place)) {
                delete(old);
            } else if (Files.exists(old)) {
                Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
            }
            deleteAbandoned(place);
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    /** Removes a directory with all that it holds, where there is one. */
    public static void remove(Path target) {
        recover(target);
        try {
            delete(target);
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    private static Path aside(Path place) {
        return place.resolveSibling("." + place.getFileName() + ".old");
    }

    private static void deleteAbandoned(Path place) throws IOException {
        Path parent = place.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        Pattern name =
                Pattern.compile("\\." + Pattern.quote(place.getFileName().toString()) + "\\.(\\d{1,18})-\\d+\\.tmp");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(parent, ".*.tmp")) {
            for (Path file : files) {
                Matcher matcher = name.matcher(file.getFileName().toString());
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    delete(file);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
