package dev.kaiaku.dataset.selection;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How good a reply is to learn from, and why.
 *
 * @param features value of each, in hundredths; {@link Feature#REACTIONS} is missing where nobody received any
 */
public record Score(Map<Feature, Integer> features) {
    private static final double HUNDREDTHS = 100;

    public Score {
        features = Collections.unmodifiableMap(new EnumMap<>(features));
    }

    /** From 0 to 1, rounded to three places: the weighted mean of the features, times the factors. */
    public double value() {
        double sum = 0;
        double weights = 0;
        double factor = 1;
        for (Map.Entry<Feature, Integer> entry : features.entrySet()) {
            double weight = entry.getKey().weight();
            double value = entry.getValue() / HUNDREDTHS;
            sum += weight * value;
            weights += weight;
            factor *= weight > 0 ? 1 : Feature.LOWEST_FACTOR + (1 - Feature.LOWEST_FACTOR) * value;
        }
        return Math.rint(1000 * factor * sum / weights) / 1000;
    }

    /** The mean of some scores, feature by feature. */
    public static Score mean(List<Score> scores) {
        if (scores.size() == 1) {
            return scores.get(0);
        }
        Map<Feature, Integer> sums = new EnumMap<>(Feature.class);
        scores.forEach(score -> score.features.forEach((feature, value) -> sums.merge(feature, value, Integer::sum)));
        sums.replaceAll((feature, sum) -> Math.round((float) sum / scores.size()));
        return new Score(sums);
    }

    /** The features by their labels, each from 0 to 1. */
    public Map<String, Double> byLabel() {
        Map<String, Double> values = new LinkedHashMap<>();
        features.forEach((feature, value) -> values.put(feature.label(), value / HUNDREDTHS));
        return values;
    }

    /** One line, such as {@code 0.412: length 0.35, information 0.60, …}. */
    public String explanation() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.3f", value()));
        String sign = ": ";
        for (Map.Entry<String, Double> entry : byLabel().entrySet()) {
            text.append(sign).append(String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue()));
            sign = ", ";
        }
        return text.toString();
    }
}
