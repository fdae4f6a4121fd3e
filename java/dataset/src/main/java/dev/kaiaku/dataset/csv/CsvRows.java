package dev.kaiaku.dataset.csv;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.CountingInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The records of one CSV file, RFC 4180 and strict about quotes. After a record with broken quotes it goes on
 * at the next line that starts like a row of a chat export: with a number and a comma.
 */
public final class CsvRows implements AutoCloseable {
    private static final Pattern ROW_START = Pattern.compile("(\"\\d{1,20}\"|\\d{1,20}),");
    private static final int MAX_BROKEN = 100;

    /** Every line may be a row where the first column is anybody's. */
    private static final Pattern TABLE_ROW = Pattern.compile("[^,\\r\\n]{0,200},");

    private final Path file;
    private final BadRows bad;
    private final Pattern rowStart;
    private CountingInput input;
    private CloseableIterator<CsvRow> records;
    private long line;
    private int broken;

    /** The rows of an export of Discord. */
    public CsvRows(Path file, BadRows bad) {
        this(file, bad, ROW_START);
    }

    private CsvRows(Path file, BadRows bad, Pattern rowStart) {
        this.rowStart = rowStart;
        this.file = file;
        this.bad = bad;
        input = CountingInput.open(file);
        records = records(input, 0);
    }

    /** The rows of any table. */
    static CsvRows ofTable(Path file, BadRows bad) {
        return new CsvRows(file, bad, TABLE_ROW);
    }

    /** The next record, valid until the one after it is asked for; null at the end of the file. */
    public @Nullable CsvRow next() {
        while (true) {
            try {
                if (!records.hasNext()) {
                    return null;
                }
                CsvRow row = records.next();
                line = row.line();
                return row;
            } catch (CsvParseException e) {
                if (!goOnAfter(e)) {
                    return null;
                }
            } catch (UncheckedIOException e) {
                throw new UncheckedIOException(file + ": " + e.getMessage(), e.getCause());
            }
        }
    }

    /** Bytes of the file read so far. */
    public long position() {
        return input.count();
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Steps over the record after {@link #line}; false where no row follows it. */
    private boolean goOnAfter(CsvParseException cause) {
        long start = 0;
        long next = 0;
        long number = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(CountingInput.open(file), StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null && next == 0; text = lines.readLine()) {
                number++;
                if (number > line && rowStart.matcher(text).lookingAt()) {
                    next = start == 0 ? 0 : number;
                    start = start == 0 ? number : start;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        start = start == 0 ? line + 1 : start;
        if (++broken > MAX_BROKEN) {
            throw new BadInputException(
                    file + " line " + start + ": more than " + MAX_BROKEN + " rows with unbalanced quotes;"
                            + " export the chat again",
                    cause);
        }
        // Where no row follows, every line to the end is lost, and counts.
        bad.add(file, start, "unbalanced quotes", next == 0 ? number - start + 1 : 1);
        close();
        if (next == 0) {
            return false;
        }
        line = start;
        input = CountingInput.open(file);
        records = records(input, next - 1);
        return true;
    }

    private static CloseableIterator<CsvRow> records(CountingInput input, long skippedLines) {
        CsvReader<CsvRow> reader = CsvReader.builder()
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .detectBomHeader(true)
                .build(new CsvRow(), input, StandardCharsets.UTF_8);
        reader.skipLines(Math.toIntExact(skippedLines));
        return reader.iterator();
    }
}
