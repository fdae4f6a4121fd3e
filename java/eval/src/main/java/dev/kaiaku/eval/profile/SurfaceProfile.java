package dev.kaiaku.eval.profile;

import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * The habits that show on the surface of messages: how long they are, and how many have a certain mark.
 *
 * @param messages how many they are of
 * @param lengths histograms of sizes, each adding up to 1: characters and words a message, messages a reply
 * @param rates share of messages with a mark
 */
public record SurfaceProfile(int messages, Map<String, double[]> lengths, Map<String, Double> rates) {
    /** The mark of messages that are a link and nothing else. */
    public static final String LINK_ONLY = "is a link only";

    private static final int BINS = 12;
    private static final Pattern LAUGH =
            Pattern.compile("(?i)k{3,}|(?:ha){2,}|(?:he){2,}|(?:rs){2,}|(?:ja){2,}|\\blol\\b|\\blmao\\b");
    private static final Pattern STRETCH = Pattern.compile("(\\p{L})\\1{2,}");
    private static final Pattern EMOJI =
            Pattern.compile("[\\x{1F300}-\\x{1FAFF}\\x{2600}-\\x{27BF}]|:[A-Za-z0-9_]{2,}:");
    private static final Pattern LINK = Pattern.compile("https?://\\S+");

    private static final Map<String, Predicate<String>> MARKS = marks();

    /** Of some replies; empty ones count as messages without any mark. */
    public static SurfaceProfile of(List<Reply> replies) {
        List<String> messages = replies.stream()
                .flatMap(reply -> reply.messages().stream())
                .map(String::strip)
                .toList();
        Map<String, double[]> lengths = new LinkedHashMap<>();
        lengths.put("characters a message", histogram(messages, String::length));
        lengths.put(
                "words a message", histogram(messages, text -> Words.of(text).size()));
        lengths.put(
                "messages a reply", histogram(replies, reply -> reply.messages().size()));
        Map<String, Double> rates = new LinkedHashMap<>();
        MARKS.forEach((name, mark) ->
                rates.put(name, messages.stream().filter(mark).count() / (double) Math.max(1, messages.size())));
        return new SurfaceProfile(messages.size(), lengths, rates);
    }

    /** The smallest size that a bar of a histogram counts: 0, 1, 2, 4, 8, … */
    public static int smallest(int bar) {
        return bar == 0 ? 0 : 1 << (bar - 1);
    }

    /** Share of messages with a mark, and its range. */
    public Interval rate(String mark) {
        double share = rates.getOrDefault(mark, 0.0);
        return Interval.wilson(Math.round(share * messages), messages);
    }

    /** Distance of some replies' profile from this one, with the range that other replies of theirs would lie in. */
    public Interval distance(List<Reply> replies, long seed) {
        return Interval.halves(
                replies.size(),
                chosen -> of(Arrays.stream(chosen).mapToObj(replies::get).toList())
                        .distance(this),
                seed);
    }

    /**
     * How far two profiles are from each other, 0 (equal) to 1: the mean over lengths and marks of the square root
     * of the Jensen–Shannon divergence (base 2).
     */
    public double distance(SurfaceProfile other) {
        List<Double> distances = new ArrayList<>();
        lengths.forEach((name, mine) -> distances.add(distance(mine, other.lengths.getOrDefault(name, mine))));
        rates.forEach((name, mine) -> {
            double theirs = other.rates.getOrDefault(name, mine);
            distances.add(distance(new double[] {mine, 1 - mine}, new double[] {theirs, 1 - theirs}));
        });
        return distances.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static double distance(double[] p, double[] q) {
        double divergence = 0;
        for (int i = 0; i < p.length; i++) {
            double middle = (p[i] + q[i]) / 2;
            divergence += (surprise(p[i], middle) + surprise(q[i], middle)) / 2;
        }
        return Math.sqrt(Math.max(0, divergence));
    }

    private static double surprise(double p, double middle) {
        return p == 0 ? 0 : p * Math.log(p / middle) / Math.log(2);
    }

    /** By powers of two: 0, 1, 2–3, 4–7, … */
    private static <T> double[] histogram(List<T> items, ToIntFunction<T> size) {
        double[] shares = new double[BINS];
        for (T item : items) {
            int bin = 32 - Integer.numberOfLeadingZeros(size.applyAsInt(item));
            shares[Math.min(bin, BINS - 1)] += 1.0 / items.size();
        }
        return shares;
    }

    private static Map<String, Predicate<String>> marks() {
        Map<String, Predicate<String>> marks = new LinkedHashMap<>();
        marks.put("starts in lower case", text -> !text.isEmpty() && Character.isLowerCase(text.codePointAt(0)));
        marks.put("ends with punctuation", text -> text.endsWith(".") || text.endsWith("!") || text.endsWith("?"));
        marks.put("laughs", text -> LAUGH.matcher(text).find());
        marks.put("stretches letters", text -> STRETCH.matcher(text).find());
        marks.put("has an emoji", text -> EMOJI.matcher(text).find());
        marks.put("asks", text -> text.contains("?"));
        marks.put("exclaims", text -> text.contains("!"));
        marks.put("trails off", text -> text.contains("...") || text.contains("…"));
        marks.put("shouts", SurfaceProfile::isShouted);
        marks.put(
                LINK_ONLY,
                text -> !text.isEmpty() && LINK.matcher(text).replaceAll("").isBlank());
        return marks;
    }

    private static boolean isShouted(String text) {
        long letters = text.codePoints().filter(Character::isLetter).count();
        return letters >= 4 && text.codePoints().noneMatch(Character::isLowerCase);
    }
}
