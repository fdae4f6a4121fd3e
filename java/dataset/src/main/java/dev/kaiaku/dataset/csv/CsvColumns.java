package dev.kaiaku.dataset.csv;

import dev.kaiaku.dataset.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of the columns of a table that is no export of a known program.
 *
 * @param author who wrote a message: a name or an id
 * @param time when
 * @param text what
 * @param name to show for the author, or null where the author's column has it
 * @param channel where, or null for one channel a file
 */
public record CsvColumns(
        String author,
        String time,
        String text,
        @Nullable String name,
        @Nullable String channel) {
    /** From {@code author=…,time=…,text=…}; {@code name=…} and {@code channel=…} may be there too. */
    public static CsvColumns parse(String list) {
        String author = null;
        String time = null;
        String text = null;
        String name = null;
        String channel = null;
        for (String part : list.split(",", -1)) {
            int equals = part.indexOf('=');
            String column = part.substring(equals + 1).strip();
            if (equals < 0 || column.isEmpty()) {
                throw expected(list);
            }
            switch (part.substring(0, equals).strip()) {
                case "author" -> author = column;
                case "time" -> time = column;
                case "text" -> text = column;
                case "name" -> name = column;
                case "channel" -> channel = column;
                default -> throw expected(list);
            }
        }
        if (author == null || time == null || text == null) {
            throw expected(list);
        }
        return new CsvColumns(author, time, text, name, channel);
    }

    /** The form on the command line. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>(List.of("author=" + author, "time=" + time, "text=" + text));
        if (name != null) {
            parts.add("name=" + name);
        }
        if (channel != null) {
            parts.add("channel=" + channel);
        }
        return String.join(",", parts);
    }

    private static BadInputException expected(String list) {
        return new BadInputException("--columns " + list
                + ": expected author=COLUMN,time=COLUMN,text=COLUMN and, where there are such, name= and channel=");
    }
}
