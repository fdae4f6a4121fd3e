package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.sample.Reply;
import dev.kaiaku.dataset.selection.NearDuplicates.Sketch;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The features of all replies to learn, some bytes for each. Filled by one pass in the order of the replies, then
 * {@link #finish}ed.
 */
final class Scores {
    private static final Feature[] FEATURES = Feature.values();
    private static final int HUNDREDTHS = 100;
    private static final double LONG_REPLY = 160;
    private static final double MUCH_INFORMATION = 25;
    private static final double HIGH_RELEVANCE = 0.5;
    private static final double COMMON_LANGUAGE = 0.2;
    /** Standard deviations from the mean style at which it counts as 0 or 1. */
    private static final double STYLE_RANGE = 2;

    private static final int DUPLICATE_BANDS = 6;
    private static final int DUPLICATE_NUMBERS = 32;

    private final Profile profile;
    private final NearDuplicates said = new NearDuplicates(DUPLICATE_BANDS, DUPLICATE_NUMBERS);
    private int[] repeats = new int[64];
    private byte[] features = new byte[64 * FEATURES.length];
    private float[] style = new float[64];
    private long[] keys = new long[64];
    private int[] sessions = new int[64];
    private int count;

    Scores(Profile profile) {
        this.profile = profile;
    }

    /**
     * What one reply tells by itself.
     *
     * @param values of the features but for {@link Feature#STYLE}
     * @param sketch of a long reply, or null
     */
    record Reading(
            Map<Feature, Double> values,
            double logOdds,
            long key,
            int session,
            @Nullable Sketch sketch) {}

    /** Reads a reply. Thread-safe. */
    Reading read(Reply reply) {
        String text = reply.text();
        int[] words = Words.of(text);
        int[] contextWords = Words.of(Profile.context(reply));
        int[] distinct = Words.distinct(words);
        double overlap = profile.words().overlap(distinct, Words.distinct(contextWords));
        long key = Profile.key(text);
        Map<Feature, Double> values = new EnumMap<>(Feature.class);
        values.put(Feature.LENGTH, Math.log1p(text.length()) / Math.log1p(LONG_REPLY));
        values.put(Feature.INFORMATION, 1 - Math.exp(-profile.words().idf(distinct) / MUCH_INFORMATION));
        values.put(Feature.RELEVANCE, overlap / HIGH_RELEVANCE);
        values.put(Feature.REACTIONS, 1 - 1.0 / (1 + reply.reactions()));
        values.put(Feature.RECENCY, profile.place(reply.time()));
        values.put(Feature.NOVELTY, 1 / (1 + Math.log(profile.identical(key))));
        values.put(Feature.OWN_WORDS, OwnShare.of(text, words, contextWords));
        values.put(Feature.LANGUAGE, profile.share(Language.of(distinct)) / COMMON_LANGUAGE);
        Sketch sketch = text.length() < NearDuplicates.SHORTEST ? null : said.sketch(text);
        return new Reading(values, profile.trigrams().logOdds(text), key, reply.session(), sketch);
    }

    /** Adds the next reply. */
    void add(Reading reply) {
        if (count == keys.length) {
            features = Arrays.copyOf(features, 2 * features.length);
            style = Arrays.copyOf(style, 2 * count);
            keys = Arrays.copyOf(keys, 2 * count);
            sessions = Arrays.copyOf(sessions, 2 * count);
        }
        keys[count] = reply.key;
        sessions[count] = reply.session;
        style[count] = (float) reply.logOdds;
        reply.values.forEach((feature, value) -> put(count, feature, value));
        if (reply.sketch != null) {
            put(count, Feature.NOVELTY, novelty(reply.sketch));
        }
        count++;
    }

    /** Sets what only all replies together tell. */
    void finish() {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            sum += style[i];
            squares += (double) style[i] * style[i];
        }
        double mean = sum / Math.max(1, count);
        double deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
        for (int i = 0; i < count; i++) {
            double distance = deviation == 0 ? 0 : (style[i] - mean) / deviation;
            put(i, Feature.STYLE, 0.5 + distance / (2 * STYLE_RANGE));
        }
        style = new float[0];
    }

    /** Replies added. */
    int count() {
        return count;
    }

    /** What replies share that say the same. */
    long key(int reply) {
        return keys[reply];
    }

    int session(int reply) {
        return sessions[reply];
    }

    Score score(int reply) {
        Map<Feature, Integer> values = new EnumMap<>(Feature.class);
        for (int i = 0; i < FEATURES.length; i++) {
            if (FEATURES[i] != Feature.REACTIONS || profile.hasReactions()) {
                values.put(FEATURES[i], (int) features[reply * FEATURES.length + i]);
            }
        }
        return new Score(values);
    }

    private double novelty(Sketch sketch) {
        int same = said.findOrAdd(sketch);
        if (same < 0) {
            return 1;
        }
        repeats = same < repeats.length ? repeats : Arrays.copyOf(repeats, Math.max(same + 1, 2 * repeats.length));
        repeats[same]++;
        return 1.0 / (1 + repeats[same]);
    }

    private void put(int reply, Feature feature, double value) {
        int place = Arrays.asList(FEATURES).indexOf(feature);
        features[reply * FEATURES.length + place] = (byte) Math.round(HUNDREDTHS * Math.max(0, Math.min(1, value)));
    }
}
