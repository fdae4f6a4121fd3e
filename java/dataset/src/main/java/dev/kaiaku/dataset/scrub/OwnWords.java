package dev.kaiaku.dataset.scrub;

import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words and phrases of a group's own list, in any case, with their accents or without. */
final class OwnWords implements Finder {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}\\p{M}_]+");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    private final Map<String, List<List<String>>> phrasesByFirst = new HashMap<>();

    /** @param phrases none without a letter or digit */
    OwnWords(List<String> phrases) {
        for (String phrase : phrases) {
            List<String> words =
                    words(phrase).stream().map(word -> fold(word.text())).toList();
            if (words.isEmpty()) {
                throw new IllegalArgumentException("no letter or digit in \"" + phrase + "\"");
            }
            phrasesByFirst
                    .computeIfAbsent(words.get(0), first -> new ArrayList<>())
                    .add(words);
        }
        phrasesByFirst.values().forEach(same -> same.sort((a, b) -> Integer.compare(b.size(), a.size())));
    }

    /** A list in a file: a word or phrase a line; blank lines and those that start with {@code #} are passed over. */
    static OwnWords read(Path file) {
        List<String> phrases = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).replace("\uFEFF", "").strip();
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                if (!WORD.matcher(line).find()) {
                    throw new BadInputException(
                            file + " line " + (i + 1) + ": no letter or digit; expected a word or phrase a line");
                }
                phrases.add(line);
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; --scrub-extra takes a list of words, one a line", e);
        } catch (CharacterCodingException e) {
            throw new BadInputException(file + ": not UTF-8 text; save the list as UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        return new OwnWords(phrases);
    }

    @Override
    public boolean mayFind(Signals signals) {
        return !phrasesByFirst.isEmpty();
    }

    @Override
    public void find(String text, Findings findings) {
        List<Word> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            for (List<String> phrase : phrasesByFirst.getOrDefault(words.get(i).folded(), List.of())) {
                if (matches(words, i, phrase)) {
                    Word last = words.get(i + phrase.size() - 1);
                    findings.add(
                            PiiType.OWN_WORD,
                            words.get(i).start(),
                            last.start() + last.text().length());
                    break;
                }
            }
        }
    }

    private static boolean matches(List<Word> words, int at, List<String> phrase) {
        if (at + phrase.size() > words.size()) {
            return false;
        }
        for (int i = 1; i < phrase.size(); i++) {
            if (!words.get(at + i).folded().equals(phrase.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<Word> words(String text) {
        List<Word> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(new Word(matcher.group(), fold(matcher.group()), matcher.start()));
        }
        return words;
    }

    private static String fold(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); i++) {
            if (lower.charAt(i) >= 0x80) {
                return MARKS.matcher(Normalizer.normalize(lower, Normalizer.Form.NFD))
                        .replaceAll("");
            }
        }
        return lower;
    }

    private record Word(String text, String folded, int start) {}
}
