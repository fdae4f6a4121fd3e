package dev.kaiaku.model.export;

import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.hub.Catalogue;
import dev.kaiaku.model.hub.CatalogueEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out under which licence a base is, from its own files or the catalogue. */
final class BaseLicence {
    private static final Pattern FRONT_MATTER = Pattern.compile("\\A---\\R(.*?)\\R---", Pattern.DOTALL);
    private static final Pattern LICENCE = Pattern.compile("^license:\\s*[\"']?([\\w.+-]+)", Pattern.MULTILINE);
    private static final long MOST_BYTES = 1 << 20;

    private BaseLicence() {}

    /** The licence's name, empty where nothing tells it. */
    static Optional<String> of(BaseModel base) {
        return ofFiles(base.path()).or(() -> ofCatalogue(base.name()));
    }

    private static Optional<String> ofFiles(Path path) {
        if (Files.isDirectory(path)) {
            return ofModelCard(path.resolve("README.md"));
        }
        try (GgufFile file = GgufFile.open(path)) {
            return Optional.ofNullable(file.metadata().findString("general.license"));
        }
    }

    private static Optional<String> ofModelCard(Path card) {
        try {
            if (!Files.isRegularFile(card) || Files.size(card) > MOST_BYTES) {
                return Optional.empty();
            }
            Matcher matter = FRONT_MATTER.matcher(Files.readString(card));
            Matcher licence = LICENCE.matcher(matter.find() ? matter.group(1) : "");
            return licence.find() ? Optional.of(licence.group(1)) : Optional.empty();
        } catch (IOException e) {
            // A card that cannot be read tells nothing; the licence is then shown as unknown.
            return Optional.empty();
        }
    }

    private static Optional<String> ofCatalogue(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return Catalogue.load().entries().stream()
                .filter(entry -> entry.sources().stream().anyMatch(source -> {
                    String id = source.id().toLowerCase(Locale.ROOT);
                    String last = id.substring(id.lastIndexOf('/') + 1);
                    return last.equals(wanted) || last.equals(wanted + "-gguf");
                }))
                .map(CatalogueEntry::licence)
                .findFirst();
    }
}
