package dev.kaiaku.dataset.whatsapp;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.date.DayMonthOrder;
import dev.kaiaku.dataset.input.TextLines;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What only the whole of a WhatsApp export tells.
 *
 * @param dayFirst whether dates put the day before the month
 * @param longNames names that hold a colon, by their part before it
 */
public record WhatsAppLayout(WhatsAppHeader.Style style, boolean dayFirst, Map<String, String> longNames) {
    private static final int MAX_NAME = 100;
    private static final int MAX_NAMES = 10_000;
    /** So many messages that all go on alike after a colon show that the colon is part of the name. */
    private static final int ENOUGH = 5;

    private static final Pattern MARKS = Pattern.compile("[\u200E\u200F\u202A-\u202E\u2066-\u2069]");
    private static final Pattern NO_CONTACT = Pattern.compile("^~ ?");
    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Zs}]+");
    /** Notices that quote something, so that a colon may follow; no name has a verb and a quotation mark. */
    private static final Pattern NOTICE = Pattern.compile(
            ".* (?:changed|created|mudou|alterou|criou|cambió|creó|hat|a modifié|a créé|added|adicionou)\\b.*[\"“”„«].*",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    /** Reads through the whole file. */
    public static WhatsAppLayout of(Path file) {
        Map<WhatsAppHeader.Style, Survey> surveys = new EnumMap<>(WhatsAppHeader.Style.class);
        try (TextLines lines = WhatsAppSource.open(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                WhatsAppHeader header = WhatsAppHeader.of(line);
                if (header != null) {
                    surveys.computeIfAbsent(header.style(), style -> new Survey())
                            .add(header);
                }
            }
        }
        Map.Entry<WhatsAppHeader.Style, Survey> main = null;
        for (Map.Entry<WhatsAppHeader.Style, Survey> entry : surveys.entrySet()) {
            if (main == null || entry.getValue().count > main.getValue().count) {
                main = entry;
            }
        }
        if (main == null) {
            throw new BadInputException(file + ": no line starts with a date as in a WhatsApp export,"
                    + " such as \"01/05/2024 14:30 - name: text\"; export the chat again");
        }
        return new WhatsAppLayout(
                main.getKey(),
                main.getValue().order.isDayFirst(),
                main.getValue().longNames());
    }

    /** Where the name ends in the rest of a header, or -1 where nobody is named. */
    public int nameEnd(String rest) {
        int colon = colon(rest);
        if (colon < 0) {
            return -1;
        }
        String longer = longNames.get(rest.substring(0, colon));
        return longer != null && rest.startsWith(longer + ":") ? longer.length() : colon;
    }

    /** A name as it is shown: without marks, and without the tilde of people that are no contacts. */
    public static String shown(String name) {
        String visible = SPACES.matcher(MARKS.matcher(name).replaceAll(""))
                .replaceAll(" ")
                .strip();
        return NO_CONTACT.matcher(visible).replaceFirst("");
    }

    private static int colon(String rest) {
        int colon = rest.indexOf(": ");
        if (colon < 0 && rest.endsWith(":")) {
            colon = rest.length() - 1;
        }
        boolean named = colon > 0
                && colon <= MAX_NAME
                && !NOTICE.matcher(rest.substring(0, colon)).matches();
        return named ? colon : -1;
    }

    /** Counts over all headers of one style. */
    private static final class Survey {
        private final DayMonthOrder order = new DayMonthOrder();
        private final Map<String, Start> starts = new HashMap<>();
        private long count;

        void add(WhatsAppHeader header) {
            count++;
            ChatDate ambiguous = ChatDate.ambiguous(header.date());
            if (ambiguous != null) {
                order.add(ambiguous);
            }
            int colon = colon(header.rest());
            if (colon > 0) {
                String name = header.rest().substring(0, colon);
                Start start = starts.get(name);
                if (start != null) {
                    start.add(header.rest());
                } else if (starts.size() < MAX_NAMES) {
                    starts.put(name, new Start(header.rest()));
                }
            }
        }

        Map<String, String> longNames() {
            Map<String, String> names = new HashMap<>();
            starts.forEach((name, start) -> {
                String longer = start.longName(name);
                if (longer != null) {
                    names.put(name, longer);
                }
            });
            return names;
        }
    }

    /** What all messages under a name start with. */
    private static final class Start {
        private String common;
        private int messages = 1;

        Start(String rest) {
            common = rest.substring(0, Math.min(rest.length(), 2 * MAX_NAME));
        }

        void add(String rest) {
            messages++;
            int same = 0;
            while (same < common.length() && same < rest.length() && common.charAt(same) == rest.charAt(same)) {
                same++;
            }
            common = common.substring(0, same);
        }

        @Nullable String longName(String name) {
            int last = common.lastIndexOf(": ");
            return messages >= ENOUGH && last > name.length() && last <= MAX_NAME ? common.substring(0, last) : null;
        }
    }
}
