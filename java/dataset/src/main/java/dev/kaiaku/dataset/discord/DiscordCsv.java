package dev.kaiaku.dataset.discord;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.csv.CsvDates;
import dev.kaiaku.dataset.csv.CsvRow;
import dev.kaiaku.dataset.csv.CsvRows;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the CSV files of DiscordChatExporter, whichever version wrote them, row by row. Not thread-safe. */
public final class DiscordCsv implements ExportReader {
    private final BadRows bad;
    private final StringPool pool;
    private final boolean dayFirst;

    /** A reader of the files of one channel. */
    public DiscordCsv(List<Path> files, BadRows bad, StringPool pool) {
        this.bad = bad;
        this.pool = pool;
        dayFirst = dayFirst(files);
    }

    /** Whether the files of a channel put the day before the month, where their dates leave that open. */
    public static boolean dayFirst(List<Path> files) {
        return CsvDates.dayFirst(
                files,
                file -> new CsvRows(file, new BadRows()),
                (file, header) -> Columns.of(file, header).date());
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (CsvRows rows = new CsvRows(file, bad)) {
            Columns columns = Columns.of(file, rows.next());
            for (CsvRow row = rows.next(); row != null; row = rows.next()) {
                Message message = message(row, columns, file, channel);
                if (message != null) {
                    messages.accept(message);
                }
                position.accept(rows.position());
            }
        }
    }

    private @Nullable Message message(CsvRow row, Columns columns, Path file, String channel) {
        long line = row.line();
        if (row.count() != columns.count()) {
            bad.add(file, line, row.count() + " columns, expected " + columns.count());
            return null;
        }
        int date = columns.date();
        Instant time = row.time(date, dayFirst);
        if (time == null) {
            bad.add(file, line, "not a date: \"" + BadRows.shortened(row.field(date)) + "\"");
            return null;
        }
        String id = row.field(columns.authorId(), pool);
        if (id.isBlank()) {
            bad.add(file, line, "no AuthorID");
            return null;
        }
        String author = row.field(columns.author(), pool);
        return new Message(
                time,
                id,
                author.isBlank() ? id : author,
                channel,
                row.field(columns.content()),
                MessageKind.UNKNOWN,
                null,
                null,
                columns.isFilled(row, columns.reactions()) ? reactions(row.field(columns.reactions())) : 0,
                columns.isFilled(row, columns.attachments()) ? Media.ofFile(first(row, columns.attachments())) : null);
    }

    private static String first(CsvRow row, int column) {
        String files = row.field(column);
        int comma = files.indexOf(',');
        return comma < 0 ? files : files.substring(0, comma);
    }

    /** The sum of {@code 👍 (3),LUL (1)}. */
    private static int reactions(String cell) {
        int sum = 0;
        for (int open = cell.indexOf('('); open >= 0; open = cell.indexOf('(', open + 1)) {
            int count = 0;
            int at = open + 1;
            while (at < cell.length() && at < open + 7 && Character.digit(cell.charAt(at), 10) >= 0) {
                count = count * 10 + Character.digit(cell.charAt(at++), 10);
            }
            sum += at < cell.length() && cell.charAt(at) == ')' ? count : 0;
        }
        return sum;
    }

    /** Where the columns are that are read, found by their names. */
    private record Columns(int authorId, int author, int date, int content, int attachments, int reactions, int count) {
        private static final String HEADER = "AuthorID,Author,Date,Content,Attachments,Reactions";

        static Columns of(Path file, @Nullable CsvRow header) {
            if (header == null) {
                throw new BadInputException(file + ": no first line that can be read; expected " + HEADER);
            }
            List<String> names =
                    IntStream.range(0, header.count()).mapToObj(header::field).toList();
            return new Columns(
                    column(file, names, "AuthorID"),
                    column(file, names, "Author"),
                    column(file, names, "Date"),
                    column(file, names, "Content"),
                    find(names, "Attachments"),
                    find(names, "Reactions"),
                    names.size());
        }

        boolean isFilled(CsvRow row, int column) {
            return column >= 0 && !row.isEmpty(column);
        }

        private static int find(List<String> names, String wanted) {
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).strip().equalsIgnoreCase(wanted)) {
                    return i;
                }
            }
            return -1;
        }

        private static int column(Path file, List<String> names, String wanted) {
            int column = find(names, wanted);
            if (column >= 0) {
                return column;
            }
            throw new BadInputException(file + ": no column " + wanted
                    + " in the first line; a DiscordChatExporter CSV starts with " + HEADER);
        }
    }
}
