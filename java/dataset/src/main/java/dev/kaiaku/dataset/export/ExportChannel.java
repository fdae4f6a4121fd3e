package dev.kaiaku.dataset.export;

import java.nio.file.Path;
import java.util.List;

/**
 * The files that hold one channel of an export.
 *
 * @param name the file name without its ending and part number
 * @param files in the order of their formats, then of their part numbers
 */
public record ExportChannel(String name, List<ExportFile> files) {
    public ExportChannel {
        files = List.copyOf(files);
    }

    /** The files of one format. */
    public List<Path> files(ExportFormat format) {
        return files.stream()
                .filter(file -> file.format() == format)
                .map(ExportFile::path)
                .toList();
    }
}
