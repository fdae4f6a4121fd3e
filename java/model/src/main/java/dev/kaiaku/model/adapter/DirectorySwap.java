package dev.kaiaku.model.adapter;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Writes a directory beside its place and moves it there when it is complete. */
final class DirectorySwap {
    private DirectorySwap() {}

    /** Whatever stood at {@code target} stays until {@code content} has written everything. */
    static void write(Path target, Consumer<Path> content) {
        Path place = target.toAbsolutePath().normalize();
        Path parent = place.getParent();
        if (parent == null || (Files.exists(place) && !Files.isDirectory(place))) {
            throw new BadInputException(target + ": a file stands where a folder is needed; choose another place");
        }
        try {
            Files.createDirectories(parent);
            Path fresh = Files.createTempDirectory(parent, "." + place.getFileName() + ".");
            Path old = fresh.resolveSibling(fresh.getFileName() + ".old");
            try {
                content.accept(fresh);
                if (Files.exists(place)) {
                    Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
                }
                Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(fresh);
                delete(old);
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
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
