package dev.kaiaku.cli;

import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the files of an export go. */
final class ExportPaths {
    private static final String GGUF = ".gguf";

    private ExportPaths() {}

    /**
     * A file for each type: {@code out} itself for one, {@code persona-Q4_K_M.gguf} and the like for several, which
     * are put into {@code out} where that has no {@code .gguf} at its end.
     *
     * @param types empty for Q8_0
     */
    static List<GgufExport.Target> targets(ExportForm form, List<QuantType> types, Path out) {
        boolean several = types.size() > 1 && !out.toString().endsWith(GGUF);
        boolean folder = form == ExportForm.OLLAMA || several || Files.isDirectory(out);
        Path file = folder ? out.resolve(Pipeline.PERSONA) : out;
        if (types.size() < 2) {
            return List.of(new GgufExport.Target(types.isEmpty() ? QuantType.Q8_0 : types.get(0), file));
        }
        return types.stream()
                .map(type -> new GgufExport.Target(type, named(file, type)))
                .toList();
    }

    private static Path named(Path file, QuantType type) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - GGUF.length()) + "-" + type + GGUF);
    }

    /** The folder that a file is in. */
    static Path folder(Path file) {
        @Nullable Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file : folder;
    }
}
