package dev.kaiaku.dataset.people;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Mentions of people in texts, under the names that the dataset has for them. Thread-safe. */
public final class Mentions {
    private static final Pattern ID = Pattern.compile("<@!?(\\d{1,20})>");
    private static final int LONGEST_NAME = 40;

    private final People people;
    /** Names that people had by what they are called now; null where mentions keep the names. */
    private final @Nullable Map<String, String> renamed;

    /** @param pseudonyms whether {@code @name} becomes what that person is called now */
    public Mentions(People people, boolean pseudonyms) {
        this.people = people;
        renamed = pseudonyms ? people.knownNames() : null;
        if (people.accounts() > 0) {
            // Names are found out once, before several threads ask for them.
            people.name(0);
        }
    }

    /** The text with {@code <@123>} as {@code @name}. */
    public String named(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return text;
        }
        String known = at > 0 && text.contains("<@")
                ? ID.matcher(text).replaceAll(found -> Matcher.quoteReplacement("@" + nameOfId(found.group(1))))
                : text;
        return renamed == null ? known : renamed(known, renamed);
    }

    private String nameOfId(String id) {
        String name = people.nameOrNull(id);
        return name == null ? "someone" : name;
    }

    private static String renamed(String text, Map<String, String> names) {
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            for (int end = Math.min(text.length(), at + 1 + LONGEST_NAME); end > at + 1; end--) {
                String name = names.get(text.substring(at + 1, end));
                if (name != null && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
                    out.append(text, copied, at + 1).append(name);
                    copied = end;
                    break;
                }
            }
        }
        return copied == 0 ? text : out.append(text, copied, text.length()).toString();
    }
}
