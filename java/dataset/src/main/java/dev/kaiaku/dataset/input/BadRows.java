package dev.kaiaku.dataset.input;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What of an export could not be read: how many rows, and the first of them. */
public final class BadRows {
    private static final int KEPT = 5;
    private static final int SHOWN = 40;

    private final List<String> first = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private long count;

    public void add(Path file, long line, String reason) {
        add(file, line, reason, 1);
    }

    public void add(Path file, long line, String reason, long rows) {
        count += rows;
        if (first.size() < KEPT) {
            first.add(file.getFileName() + " line " + line + ": " + reason);
        }
    }

    /** Notes in one line what went wrong with a whole file and yet stops nothing. */
    public void warn(String warning) {
        warnings.add(warning);
    }

    public long count() {
        return count;
    }

    /** The first ones, each with file, line and reason. */
    public List<String> first() {
        return List.copyOf(first);
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Text from a file as a part of a message: one line, not too long. */
    public static String shortened(String value) {
        String line = value.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    /** Refuses an export of which more than this share of the rows is bad. */
    public void check(long goodRows, double allowed) {
        if (count > allowed * (count + goodRows)) {
            String share = String.format(Locale.ROOT, "%.4g", 100 * allowed).replaceFirst("\\.?0+$", "");
            throw new BadInputException(first.get(0) + " (and " + (count - 1) + " more of " + (count + goodRows)
                    + " rows cannot be read; at most " + share + " % may be bad, which --max-bad-rows changes);"
                    + " export the chat again");
        }
    }
}
