package dev.kaiaku.eval.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text as words: letters and digits, apostrophes inside, in lower case. */
public final class Words {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:['’][\\p{L}]+)*");
    private static final Pattern TOKEN = Pattern.compile(WORD.pattern() + "|[^\\s\\p{L}\\p{N}]");

    private Words() {}

    public static List<String> of(String text) {
        return find(WORD, text.toLowerCase(Locale.ROOT));
    }

    /** Words as they are written. */
    public static List<String> asWritten(String text) {
        return find(WORD, text);
    }

    /** Words, and each other character that is no space. */
    public static List<String> withPunctuation(String text) {
        return find(TOKEN, text.toLowerCase(Locale.ROOT));
    }

    private static List<String> find(Pattern pattern, String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
