package dev.kaiaku.dataset;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads the CSV files of DiscordChatExporter, whichever version wrote them, row by row. Not thread-safe. */
final class DiscordCsv {
    private final BadRows bad;
    private final Map<String, String> names = new HashMap<>();

    DiscordCsv(BadRows bad) {
        this.bad = bad;
    }

    /** Whether the files of a channel put the day before the month, where their dates leave that open. */
    static boolean dayFirst(ExportChannel channel) {
        DayMonthOrder order = new DayMonthOrder();
        for (Path file : channel.files()) {
            try (CsvRows rows = new CsvRows(file, new BadRows())) {
                Columns columns = Columns.of(file, rows.next());
                for (CsvRecord row = rows.next(); row != null; row = rows.next()) {
                    if (row.getFieldCount() == columns.count()) {
                        ChatDate date = ChatDate.ambiguous(row.getField(columns.date()));
                        if (date == null) {
                            return order.isDayFirst();
                        }
                        order.add(date);
                    }
                }
            }
        }
        return order.isDayFirst();
    }

    /**
     * Hands on every message of a file in the order of its rows.
     *
     * @param position told now and then how many bytes of the file have been read
     */
    void read(Path file, String channel, boolean dayFirst, LongConsumer position, Consumer<Message> messages) {
        try (CsvRows rows = new CsvRows(file, bad)) {
            Columns columns = Columns.of(file, rows.next());
            for (CsvRecord row = rows.next(); row != null; row = rows.next()) {
                Message message = message(row, columns, file, channel, dayFirst);
                if (message != null) {
                    messages.accept(message);
                }
                position.accept(rows.position());
            }
        }
    }

    private @Nullable Message message(CsvRecord row, Columns columns, Path file, String channel, boolean dayFirst) {
        long line = row.getStartingLineNumber();
        if (row.getFieldCount() != columns.count()) {
            bad.add(file, line, row.getFieldCount() + " columns, expected " + columns.count());
            return null;
        }
        String id = row.getField(columns.authorId()).strip();
        if (id.isEmpty()) {
            bad.add(file, line, "no AuthorID");
            return null;
        }
        Instant time = ChatDate.parse(row.getField(columns.date()).strip(), dayFirst);
        if (time == null) {
            bad.add(file, line, "not a date: \"" + shortened(row.getField(columns.date())) + "\"");
            return null;
        }
        String author = row.getField(columns.author());
        return new Message(
                time,
                names.computeIfAbsent(id, same -> same),
                names.computeIfAbsent(author.isBlank() ? id : author, same -> same),
                channel,
                row.getField(columns.content()));
    }

    private static String shortened(String value) {
        String line = value.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= 40 ? line : line.substring(0, 40) + "…";
    }

    /** Where the columns are that are read, found by their names. */
    private record Columns(int authorId, int author, int date, int content, int count) {
        private static final String HEADER = "AuthorID,Author,Date,Content,Attachments,Reactions";

        static Columns of(Path file, @Nullable CsvRecord header) {
            if (header == null) {
                throw new BadInputException(file + ": an empty file; expected a first line " + HEADER);
            }
            List<String> names = header.getFields();
            return new Columns(
                    column(file, names, "AuthorID"),
                    column(file, names, "Author"),
                    column(file, names, "Date"),
                    column(file, names, "Content"),
                    names.size());
        }

        private static int column(Path file, List<String> names, String wanted) {
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).strip().equalsIgnoreCase(wanted)) {
                    return i;
                }
            }
            throw new BadInputException(file + ": no column " + wanted
                    + " in the first line; a DiscordChatExporter CSV starts with " + HEADER);
        }
    }
}
