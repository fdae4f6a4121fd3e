package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.sample.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the replies to learn have in common: words, style, languages, times. Made by one pass, then read by
 * several threads.
 */
final class Profile {
    private static final int CONTEXT_CHARS = 600;

    private final WordCounts words = new WordCounts();
    private final Trigrams trigrams = new Trigrams();
    private final Map<Language, Integer> languages = new EnumMap<>(Language.class);
    private final LongTable identical = new LongTable();
    private int told;
    private boolean reactions;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;

    /** What of a reply is counted. */
    record Parts(
            int[] words,
            int[] contextWords,
            int[] trigrams,
            int[] contextTrigrams,
            @Nullable Language language,
            long key,
            Instant time,
            boolean reactions) {
        static Parts of(Reply reply) {
            String context = context(reply);
            int[] words = Words.distinct(Words.of(reply.text()));
            return new Parts(
                    words,
                    Words.distinct(Words.of(context)),
                    Trigrams.of(reply.text()),
                    Trigrams.of(context),
                    Language.of(words),
                    Profile.key(reply.text()),
                    reply.time(),
                    reply.reactions() > 0);
        }
    }

    void add(Parts reply) {
        words.add(reply.words);
        words.add(reply.contextWords);
        trigrams.addPersona(reply.trigrams);
        trigrams.addOthers(reply.contextTrigrams);
        if (reply.language != null) {
            languages.merge(reply.language, 1, Integer::sum);
            told++;
        }
        identical.put(reply.key, identical.get(reply.key) + 1);
        reactions |= reply.reactions;
        first = reply.time.isBefore(first) ? reply.time : first;
        last = reply.time.isAfter(last) ? reply.time : last;
    }

    /** The end of what a reply answers; what was said long before matters little. */
    static String context(Reply reply) {
        return reply.context().substring(Math.max(0, reply.context().length() - CONTEXT_CHARS));
    }

    /** What replies share that differ in case, signs and drawn-out letters only. */
    static long key(String text) {
        String plain = PlainText.of(text);
        return Mix.of(plain.isEmpty() ? text : plain);
    }

    WordCounts words() {
        return words;
    }

    Trigrams trigrams() {
        return trigrams;
    }

    /** Replies with this {@link #key}. */
    int identical(long key) {
        return identical.get(key) + 1;
    }

    /** The share of the replies whose language is known that are in a language; 1 for an unknown one. */
    double share(@Nullable Language language) {
        return language == null ? 1 : (double) languages.getOrDefault(language, 0) / told;
    }

    /** Whether anybody reacted to anything. */
    boolean hasReactions() {
        return reactions;
    }

    /** Where a time lies between the first reply, 0, and the last, 1. */
    double place(Instant time) {
        Duration all = Duration.between(first, last);
        return all.isZero() ? 1 : (double) Duration.between(first, time).toMillis() / Math.max(1, all.toMillis());
    }
}
