package dev.kaiaku.model.format;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Turn;
import java.text.Normalizer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes what people say safe to put between control tokens; training and chat both use it. Text becomes NFC, white
 * space at both ends goes, and text equal to an added token of the tokeniser gets a space after its first
 * character. Immutable and thread-safe.
 */
public final class ControlText {
    private final Pattern added;

    /** Guards against the texts of a tokeniser's added tokens and the words that a format marks turns with. */
    public ControlText(Collection<String> addedTexts, ChatFormat format) {
        // A single character, or only white space, cannot be broken up by a space.
        List<String> texts = Stream.concat(addedTexts.stream(), format.markers().stream())
                .filter(text -> text.codePointCount(0, text.length()) > 1 && !text.isBlank())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        String alternatives = texts.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        // Some tokenisers have thousands; nearly no place in a text needs to look at them.
        String first = texts.stream()
                .map(text -> Pattern.quote(Character.toString(text.codePointAt(0))))
                .distinct()
                .collect(Collectors.joining("|"));
        this.added = Pattern.compile(texts.isEmpty() ? "(?!)" : "(?=" + first + ")(?:" + alternatives + ")");
    }

    /** The text, safe. */
    public String guard(String text) {
        String clean = strip(Normalizer.normalize(text, Normalizer.Form.NFC));
        Matcher matcher = added.matcher(clean);
        if (!matcher.find()) {
            return clean;
        }
        StringBuilder out = new StringBuilder();
        int copied = 0;
        do {
            // Goes on right after the space: what is left of one token may be another.
            int afterFirst = clean.offsetByCodePoints(matcher.start(), 1);
            out.append(clean, copied, afterFirst).append(' ');
            copied = afterFirst;
        } while (matcher.find(copied));
        return out.append(clean, copied, clean.length()).toString();
    }

    /** The conversation with every turn's text made safe. */
    public Conversation guard(Conversation conversation) {
        return new Conversation(conversation.turns().stream()
                .map(turn -> new Turn(turn.role(), guard(turn.content()), turn.target()))
                .toList());
    }

    /** Removes all that tokenisers take for white space, no-break spaces included. */
    private static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
