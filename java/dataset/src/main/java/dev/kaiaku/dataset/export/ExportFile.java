package dev.kaiaku.dataset.export;

import java.nio.file.Path;

/** A file of an export and what it is. */
public record ExportFile(Path path, ExportFormat format) {}
