package dev.kaiaku.dataset.csv;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads a table with a message a row and a column each for author, time and text. Not thread-safe. */
public final class PlainCsv implements ExportReader {
    private static final CsvColumns KNOWN = new CsvColumns("author", "time", "text", null, null);

    private final CsvColumns wanted;
    private final BadRows bad;
    private final StringPool pool;
    private final boolean dayFirst;

    /**
     * A reader of the files of one channel.
     *
     * @param columns null for columns called author, time and text
     */
    public PlainCsv(List<Path> files, @Nullable CsvColumns columns, BadRows bad, StringPool pool) {
        wanted = columns == null ? KNOWN : columns;
        this.bad = bad;
        this.pool = pool;
        dayFirst = CsvDates.dayFirst(
                files,
                file -> CsvRows.ofTable(file, new BadRows()),
                (file, header) -> places(file, header).time());
    }

    /** Whether the first line of a file, in small letters, names the columns that are known. */
    public static boolean knows(String firstLine) {
        List<String> names =
                List.of(firstLine.replace("\"", "").replace("\r", "").split("\\s*,\\s*", -1));
        return names.contains(KNOWN.author()) && names.contains(KNOWN.time()) && names.contains(KNOWN.text());
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (CsvRows rows = CsvRows.ofTable(file, bad)) {
            Places places = places(file, rows.next());
            for (CsvRow row = rows.next(); row != null; row = rows.next()) {
                Message message = message(row, places, file, channel);
                if (message != null) {
                    messages.accept(message);
                }
                position.accept(rows.position());
            }
        }
    }

    private @Nullable Message message(CsvRow row, Places places, Path file, String channel) {
        if (row.count() != places.count()) {
            bad.add(file, row.line(), row.count() + " columns, expected " + places.count());
            return null;
        }
        Instant time = row.time(places.time(), dayFirst);
        if (time == null) {
            bad.add(file, row.line(), "not a date: \"" + BadRows.shortened(row.field(places.time())) + "\"");
            return null;
        }
        String author = row.field(places.author(), pool);
        if (author.isBlank()) {
            bad.add(file, row.line(), "no author");
            return null;
        }
        String name = places.name() < 0 ? author : row.field(places.name(), pool);
        return new Message(
                time,
                author,
                name.isBlank() ? author : name,
                places.channel() < 0 ? channel : row.field(places.channel(), pool),
                row.field(places.text()),
                MessageKind.UNKNOWN,
                null,
                null,
                0,
                null);
    }

    private Places places(Path file, @Nullable CsvRow header) {
        if (header == null) {
            throw new BadInputException(
                    file + ": no first line that can be read; expected one with the names of columns");
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < header.count(); i++) {
            names.add(header.field(i).strip().toLowerCase(Locale.ROOT));
        }
        return new Places(
                place(file, names, wanted.author()),
                place(file, names, wanted.time()),
                place(file, names, wanted.text()),
                wanted.name() == null ? -1 : place(file, names, wanted.name()),
                wanted.channel() == null ? -1 : place(file, names, wanted.channel()),
                names.size());
    }

    private static int place(Path file, List<String> names, String name) {
        int place = names.indexOf(name.strip().toLowerCase(Locale.ROOT));
        if (place < 0) {
            throw new BadInputException(file + ": no column \"" + name + "\" in the first line, which has "
                    + BadRows.shortened(String.join(", ", names))
                    + "; name the columns with --columns author=…,time=…,text=…");
        }
        return place;
    }

    /** Where the columns stand; -1 for none. */
    private record Places(int author, int time, int text, int name, int channel, int count) {}
}
