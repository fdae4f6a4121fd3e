package dev.kaiaku.bindings;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** NVIDIA's library of matrix products, found where libkaiaku looks for it when a GPU computes, and in its order. */
public final class CublasLt {
    private static final List<String> NAMES = List.of("libcublasLt.so.13", "libcublasLt.so.12");

    private CublasLt() {}

    /** Where it is: a file, or a name that the system's loader knows. */
    public static Optional<String> find() {
        return find(System.getenv());
    }

    static Optional<String> find(Map<String, String> environment) {
        String given = environment.get("KAIAKU_CUBLASLT");
        if (given != null) {
            return Files.isRegularFile(Path.of(given)) ? Optional.of(given) : Optional.empty();
        }
        Optional<String> known = NAMES.stream().filter(CublasLt::loads).findFirst();
        return known.isPresent()
                ? known
                : folders(environment).stream()
                        .flatMap(folder -> NAMES.stream().map(folder::resolve))
                        .filter(Files::isRegularFile)
                        .map(Path::toString)
                        .findFirst();
    }

    private static boolean loads(String name) {
        try (NativeLibrary library = NativeLibrary.getInstance(name)) {
            return library.getName() != null;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static List<Path> folders(Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        for (String toolkit : List.of("CUDA_PATH", "CUDA_HOME")) {
            if (environment.containsKey(toolkit)) {
                folders.add(Path.of(environment.get(toolkit), "lib64"));
            }
        }
        folders.add(Path.of("/usr/local/cuda/lib64"));
        for (String root : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            if (environment.containsKey(root)) {
                folders.addAll(wheels(Path.of(environment.get(root), "lib")));
            }
        }
        return folders;
    }

    private static List<Path> wheels(Path lib) {
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> pythons = Files.newDirectoryStream(lib, "python*")) {
            for (Path python : pythons) {
                Path packages = python.resolve("site-packages/nvidia");
                folders.add(packages.resolve("cu13/lib"));
                folders.add(packages.resolve("cublas/lib"));
            }
        } catch (IOException e) {
            return folders;
        }
        return folders;
    }
}
