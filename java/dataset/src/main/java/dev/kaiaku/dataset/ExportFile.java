package dev.kaiaku.dataset;

import java.nio.file.Path;

/** A file of an export and what it is. */
record ExportFile(Path path, ExportFormat format) {}
