package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A bundled chat export of made-up friends, in DiscordChatExporter's CSV form, for demonstrations and tests. */
public final class SampleExport {
    /** The member with the most recognisable voice. */
    public static final String PERSONA = "tico";

    private static final String RESOURCE = "sample/Quarteto - Text Channels - geral [1478529887764545600].csv";

    private SampleExport() {}

    /** Writes the export into a folder and returns the file. */
    public static Path copyTo(Path folder) {
        Path file = folder.resolve(RESOURCE.substring(RESOURCE.indexOf('/') + 1));
        try (InputStream in = SampleExport.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the build");
            }
            AtomicFile.write(file, in::transferTo);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
