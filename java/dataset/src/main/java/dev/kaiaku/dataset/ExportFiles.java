package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files of an export and puts the parts of each channel together. */
final class ExportFiles {
    private static final Pattern PART = Pattern.compile("(.*?) ?\\[part (\\d{1,9})]");

    private ExportFiles() {}

    /** The channels in the files and, recursively, the folders given; a file given twice counts once. */
    static List<ExportChannel> find(List<Path> exports) {
        Set<Path> files = new LinkedHashSet<>();
        for (Path export : exports) {
            if (Files.isDirectory(export)) {
                files.addAll(csvFilesIn(export));
            } else if (Files.exists(export)) {
                files.add(real(export));
            } else {
                throw new BadInputException(export + ": no such file or folder");
            }
        }
        Map<Path, List<Part>> channels = new LinkedHashMap<>();
        for (Path file : files) {
            Part part = Part.of(file);
            channels.computeIfAbsent(file.resolveSibling(part.channel()), key -> new ArrayList<>())
                    .add(part);
        }
        return channels.values().stream()
                .map(ExportFiles::channel)
                .sorted(Comparator.comparing(ExportChannel::name)
                        .thenComparing(channel -> channel.files().get(0)))
                .toList();
    }

    private static ExportChannel channel(List<Part> parts) {
        parts.sort(Comparator.comparingInt(Part::number).thenComparing(Part::file));
        return new ExportChannel(
                parts.get(0).channel(), parts.stream().map(Part::file).toList());
    }

    private static List<Path> csvFilesIn(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> files = tree.filter(Files::isRegularFile)
                    .filter(file -> lowerName(file).endsWith(".csv"))
                    .map(ExportFiles::real)
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new BadInputException(folder + ": no .csv file in this folder");
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new BadInputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String lowerName(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    /** One file of a channel; a file without a part number is the first. */
    private record Part(Path file, String channel, int number) {
        static Part of(Path file) {
            String name = file.getFileName().toString();
            String base = lowerName(file).endsWith(".csv") ? name.substring(0, name.length() - 4) : name;
            Matcher part = PART.matcher(base);
            return part.matches()
                    ? new Part(file, part.group(1), Integer.parseInt(part.group(2)))
                    : new Part(file, base, 1);
        }
    }
}
