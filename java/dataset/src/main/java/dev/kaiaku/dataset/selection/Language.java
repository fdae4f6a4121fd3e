package dev.kaiaku.dataset.selection;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Languages told by their most frequent words; short lines often tell none. */
public enum Language {
    PORTUGUESE(
            "não nao que de é eh uma um eu você voce vc pra para com tá ta isso mas muito vai tem foi meu minha no na"
                    + " do da já ja mano né ne aqui também tbm quando porque pq ele ela nós gente depois só agora fazer então"
                    + " entao sim"),
    ENGLISH(
            "the and is are you i it to of that this what was not dont don for my we he she they have do just like be with"
                    + " on can so get know if there im yeah would from about your"),
    SPANISH(
            "el los las una que es pero para por con muy más mas yo tú tu lo está esto eso porque cuando también hay ser"
                    + " soy eres donde hola bien gracias aquí nada todo esta como"),
    FRENCH("le les des une est et je tu il elle nous vous pas que qui dans pour avec sur mais est ça ce cette du"
            + " au oui non très bien merci"),
    GERMAN("der die das und ist nicht ich du wir ihr sie ein eine mit auf für von zu auch aber was wie noch nur so ja"
            + " nein doch schon habe mal");

    private static final int DISTINCT_WORDS = 2;

    private static final Map<Integer, Set<Language>> BY_WORD = byWord();

    private final String words;

    Language(String words) {
        this.words = words;
    }

    /** The language of a text, or null where its words don't tell. */
    public static @Nullable Language of(String text) {
        return of(Words.distinct(Words.of(text)));
    }

    /** The language of a text of these distinct {@link Words}, or null where they dont don tell. */
    static @Nullable Language of(int[] distinctWords) {
        Map<Language, Integer> known = new EnumMap<>(Language.class);
        for (int word : distinctWords) {
            BY_WORD.getOrDefault(word, Set.of()).forEach(language -> known.merge(language, 1, Integer::sum));
        }
        return first(known);
    }

    private static @Nullable Language first(Map<Language, Integer> known) {
        Language found = null;
        int best = DISTINCT_WORDS - 1;
        boolean tied = false;
        for (Map.Entry<Language, Integer> entry : known.entrySet()) {
            tied = entry.getValue() == best || (tied && entry.getValue() < best);
            if (entry.getValue() > best) {
                best = entry.getValue();
                found = entry.getKey();
            }
        }
        return tied ? null : found;
    }

    private static Map<Integer, Set<Language>> byWord() {
        Map<Integer, Set<Language>> languages = new HashMap<>();
        for (Language language : values()) {
            for (int word : Words.of(language.words)) {
                languages
                        .computeIfAbsent(word, key -> EnumSet.noneOf(Language.class))
                        .add(language);
            }
        }
        return languages;
    }
}
