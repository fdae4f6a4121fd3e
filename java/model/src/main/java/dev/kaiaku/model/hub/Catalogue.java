package dev.kaiaku.model.hub;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The base models that have a short name: {@code models/catalogue.json}. */
public record Catalogue(List<CatalogueEntry> entries) {
    public Catalogue {
        entries = List.copyOf(entries);
    }

    /** The catalogue of this build. */
    public static Catalogue load() {
        try (@Nullable InputStream in = Catalogue.class.getResourceAsStream("/dev/kaiaku/model/hub/catalogue.json")) {
            if (in == null) {
                throw new IllegalStateException("catalogue.json is not in this build");
            }
            return new Catalogue(new ObjectMapper().readValue(in, new TypeReference<List<CatalogueEntry>>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model of that name, in any case. */
    public Optional<CatalogueEntry> find(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return entries.stream().filter(entry -> entry.name().equals(wanted)).findFirst();
    }

    /** The model that a hub knows under that id. */
    public Optional<CatalogueEntry> findHubId(String id) {
        return entries.stream()
                .filter(entry -> entry.sources().stream()
                        .anyMatch(source -> source.kind() == BaseSource.Kind.HUB
                                && source.file() == null
                                && source.id().equalsIgnoreCase(id)))
                .findFirst();
    }

    /** Names most like {@code name}, the nearest first. */
    public List<String> nearest(String name, int count) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return entries.stream()
                .map(CatalogueEntry::name)
                .sorted(Comparator.comparingInt(known -> known.startsWith(wanted) ? 0 : distance(wanted, known)))
                .limit(count)
                .toList();
    }

    /** Levenshtein's: insertions, deletions and replacements from one text to the other. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
