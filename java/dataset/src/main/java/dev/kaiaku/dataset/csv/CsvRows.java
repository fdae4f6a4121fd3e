package dev.kaiaku.dataset.csv;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.CountingInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one CSV file, RFC 4180 and strict about quotes, read as bytes: all that ends a field is ASCII. After a
 * row that is broken or too long it goes on at the next line that starts like a row of a chat export: with a number
 * and a comma. Empty lines are passed over.
 */
public final class CsvRows implements AutoCloseable {
    private static final Pattern ROW_START = Pattern.compile("(\"\\d{1,20}\"|\\d{1,20}),");
    /** Every line may be a row where the first column is anybody's. */
    private static final Pattern TABLE_ROW = Pattern.compile("[^,\\r\\n]{0,200},");
    /** Bytes of a line that tell whether it starts like a row. */
    private static final int HEAD = 1 << 10;

    private static final int MAX_BROKEN = 100;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final String UNBALANCED = "unbalanced quotes";
    private static final String TOO_LONG = "a row of more than " + (CsvRow.MAX_BYTES >> 20) + " MiB";

    private final Path file;
    private final BadRows bad;
    private final Pattern rowStart;
    private final CsvRow row = new CsvRow();
    private final byte[] buffer = new byte[1 << 16];
    private InputStream input;
    /** Place of the buffer in the file. */
    private long offset;

    private int at;
    private int limit;
    private long line = 1;
    private int broken;

    /** The rows of an export of Discord. */
    public CsvRows(Path file, BadRows bad) {
        this(file, bad, ROW_START);
    }

    private CsvRows(Path file, BadRows bad, Pattern rowStart) {
        this.file = file;
        this.bad = bad;
        this.rowStart = rowStart;
        input = CountingInput.open(file);
        look(BYTE_ORDER_MARK.length);
        at = startsWithByteOrderMark() ? BYTE_ORDER_MARK.length : 0;
    }

    /** The rows of any table. */
    static CsvRows ofTable(Path file, BadRows bad) {
        return new CsvRows(file, bad, TABLE_ROW);
    }

    /** The next row, valid until the one after it is asked for; null at the end of the file. */
    public @Nullable CsvRow next() {
        while (more()) {
            if (buffer[at] == '\n' || buffer[at] == '\r') {
                endLine();
                continue;
            }
            long start = offset + at;
            row.begin(line);
            String problem = fields();
            if (problem == null) {
                return row;
            }
            goOnAfter(start, problem);
        }
        return null;
    }

    /** Bytes of the file read so far. */
    public long position() {
        return offset + at;
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Reads the fields of a row and the end of its line; gives back what is wrong with it, or null. */
    private @Nullable String fields() {
        while (true) {
            String problem = more() && buffer[at] == '"' ? quoted() : plain();
            if (problem != null) {
                return problem;
            }
            row.endField();
            if (!more()) {
                return null;
            }
            if (buffer[at] != ',') {
                return endLine() ? null : UNBALANCED;
            }
            at++;
        }
    }

    private @Nullable String plain() {
        while (more()) {
            int end = at;
            while (end < limit && buffer[end] != ',' && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            if (!row.add(buffer, at, end)) {
                return TOO_LONG;
            }
            at = end;
            if (end < limit) {
                break;
            }
        }
        return null;
    }

    private @Nullable String quoted() {
        at++;
        while (more()) {
            int end = at;
            int lines = 0;
            while (end < limit && buffer[end] != '"') {
                lines += buffer[end] == '\n' ? 1 : 0;
                end++;
            }
            if (!row.add(buffer, at, end)) {
                return TOO_LONG;
            }
            line += lines;
            at = end;
            if (end < limit) {
                at++;
                if (!more() || buffer[at] != '"') {
                    return null;
                }
                // Two quotes are one; the second is the first byte of what follows.
                row.add(buffer, at, at + 1);
                at++;
            }
        }
        return UNBALANCED;
    }

    /** Steps over the end of a line; false where there is none. */
    private boolean endLine() {
        byte end = buffer[at];
        if (end != '\n' && end != '\r') {
            return false;
        }
        at++;
        if (end == '\r' && more() && buffer[at] == '\n') {
            at++;
        }
        line++;
        return true;
    }

    /** Steps over a broken row that starts at a place in the file. */
    private void goOnAfter(long start, String problem) {
        if (++broken > MAX_BROKEN) {
            throw new BadInputException(file + " line " + row.line() + ": more than " + MAX_BROKEN
                    + " rows that cannot be read (" + problem + "); export the chat again");
        }
        reopen(start);
        line = row.line();
        long lost = 1;
        while (nextLine()) {
            if (startsRow()) {
                bad.add(file, row.line(), problem);
                return;
            }
            lost++;
        }
        // Where no row follows, every line to the end is lost, and counts.
        bad.add(file, row.line(), problem, lost);
    }

    /** Goes to the start of the next line, if there is one. */
    private boolean nextLine() {
        while (more()) {
            if (buffer[at++] == '\n') {
                line++;
                return more();
            }
        }
        return false;
    }

    private boolean startsRow() {
        look(HEAD);
        String head = new String(buffer, at, Math.min(HEAD, limit - at), StandardCharsets.UTF_8);
        return rowStart.matcher(head).lookingAt();
    }

    private boolean startsWithByteOrderMark() {
        return limit >= BYTE_ORDER_MARK.length
                && buffer[0] == BYTE_ORDER_MARK[0]
                && buffer[1] == BYTE_ORDER_MARK[1]
                && buffer[2] == BYTE_ORDER_MARK[2];
    }

    /** Whether the file goes on; reads on where the buffer is used up. */
    private boolean more() {
        return at < limit || look(1);
    }

    /** Has so many bytes in the buffer, or all that are left; false where there are none. */
    private boolean look(int count) {
        if (limit - at < count) {
            System.arraycopy(buffer, at, buffer, 0, limit - at);
            offset += at;
            limit -= at;
            at = 0;
            try {
                int read = input.readNBytes(buffer, limit, buffer.length - limit);
                limit += read;
            } catch (IOException e) {
                throw failure(e);
            }
        }
        return at < limit;
    }

    private void reopen(long place) {
        close();
        input = CountingInput.open(file);
        offset = place;
        at = 0;
        limit = 0;
        try {
            input.skipNBytes(place);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private UncheckedIOException failure(IOException cause) {
        return new UncheckedIOException(file + ": " + cause.getMessage(), cause);
    }
}
