package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.csv.CsvColumns;
import dev.kaiaku.dataset.input.BadRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the files of an export and puts the parts of each channel together. */
public final class ExportFiles {
    /** Endings of the files that are looked into in folders; a file named by itself may have any. */
    private static final Pattern ENDING =
            Pattern.compile("\\.(?:csv|tsv|json|jsonl|html?|txt|zip)$", Pattern.CASE_INSENSITIVE);

    private static final Pattern PART = Pattern.compile("(.*?) ?\\[part (\\d{1,9})]");

    private final @Nullable ExportFormat wanted;
    private final @Nullable CsvColumns columns;
    private final Map<Path, ExportFormat> files = new LinkedHashMap<>();
    private final List<Path> passedOver = new ArrayList<>();

    private ExportFiles(@Nullable ExportFormat wanted, @Nullable CsvColumns columns) {
        this.wanted = wanted;
        this.columns = columns;
    }

    /**
     * The channels in the files and, recursively, the folders given; a file given twice counts once.
     *
     * @param wanted what files named are read as, and all that is taken of folders; null to go by the content
     * @param columns of tables of other programs, or null for the names that are known
     * @param bad told of the files of folders that are no exports
     */
    public static List<ExportChannel> find(
            List<Path> exports, @Nullable ExportFormat wanted, @Nullable CsvColumns columns, BadRows bad) {
        ExportFiles found = new ExportFiles(wanted, columns);
        exports.forEach(found::add);
        if (!found.passedOver.isEmpty()) {
            bad.warn(found.passedOver.get(0).getFileName() + " is no chat export "
                    + (wanted == null ? "of a known format" : "of the format " + wanted.id()) + " and was passed over"
                    + (found.passedOver.size() == 1 ? "" : ", so were " + (found.passedOver.size() - 1) + " others"));
        }
        return found.channels();
    }

    private void add(Path export) {
        if (Files.isDirectory(export)) {
            addFolder(export);
        } else if (Files.exists(export)) {
            Path file = real(export);
            if (!files.containsKey(file)) {
                files.put(file, wanted == null ? ExportFormat.of(file, columns) : wanted);
            }
        } else {
            throw new BadInputException(export + ": no such file or folder");
        }
    }

    private void addFolder(Path folder) {
        boolean any = false;
        for (Path file : filesIn(folder)) {
            ExportFormat format = ExportFormat.find(file, columns);
            if (format == null || (wanted != null && format != wanted)) {
                passedOver.add(file);
            } else {
                files.putIfAbsent(file, format);
                any = true;
            }
        }
        if (!any) {
            throw new BadInputException(folder + ": no chat export in this folder; what can be read: "
                    + (wanted == null ? ExportFormat.ids() : wanted.id()));
        }
    }

    private List<ExportChannel> channels() {
        Map<Path, List<Part>> channels = new LinkedHashMap<>();
        files.forEach((file, format) -> {
            Part part = Part.of(new ExportFile(file, format));
            channels.computeIfAbsent(file.resolveSibling(part.channel()), key -> new ArrayList<>())
                    .add(part);
        });
        return channels.values().stream()
                .map(ExportFiles::channel)
                .sorted(Comparator.comparing(ExportChannel::name)
                        .thenComparing(channel -> channel.files().get(0).path()))
                .toList();
    }

    private static ExportChannel channel(List<Part> parts) {
        parts.sort(Comparator.comparing((Part part) -> part.file().format())
                .thenComparingInt(Part::number)
                .thenComparing(part -> part.file().path()));
        return new ExportChannel(
                parts.get(0).channel(), parts.stream().map(Part::file).toList());
    }

    private static List<Path> filesIn(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile)
                    .filter(file ->
                            ENDING.matcher(file.getFileName().toString()).find())
                    .map(ExportFiles::real)
                    .sorted()
                    .toList();
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

    /** One file of a channel; a file without a part number is the first. */
    private record Part(ExportFile file, String channel, int number) {
        static Part of(ExportFile file) {
            String name = file.path().getFileName().toString();
            String base = ENDING.matcher(name).replaceFirst("");
            Matcher part = PART.matcher(base);
            return part.matches()
                    ? new Part(file, part.group(1), Integer.parseInt(part.group(2)))
                    : new Part(file, base, 1);
        }
    }
}
