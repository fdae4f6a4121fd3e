package dev.kaiaku.dataset.csv;

import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.date.DayMonthOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** Dates of tables. */
public final class CsvDates {
    /** So many dates that leave nothing open show that the others will not either. */
    private static final int ENOUGH = 100;

    private CsvDates() {}

    /**
     * Whether the files of a channel put the day before the month, where their dates leave that open.
     *
     * @param open the rows of a file
     * @param column where the date stands, given the file and its first row
     */
    public static boolean dayFirst(
            List<Path> files, Function<Path, CsvRows> open, ToIntBiFunction<Path, @Nullable CsvRow> column) {
        DayMonthOrder order = new DayMonthOrder();
        int clear = 0;
        for (Path file : files) {
            try (CsvRows rows = open.apply(file)) {
                int place = column.applyAsInt(file, rows.next());
                for (CsvRow row = rows.next(); row != null && clear < ENOUGH; row = rows.next()) {
                    ChatDate date = place < row.count() ? ChatDate.ambiguous(row.field(place)) : null;
                    if (date == null) {
                        clear++;
                    } else {
                        order.add(date);
                    }
                }
            }
        }
        return order.isDayFirst();
    }
}
