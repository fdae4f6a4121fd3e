package dev.kaiaku.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.html.LineChart;
import dev.kaiaku.trainer.checkpoint.MetricsLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The lines of {@code metrics.jsonl} by what they tell. */
final class Metrics {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Curve loss = new Curve();
    private final Curve validation = new Curve();
    private final Curve rate = new Curve();
    private final Curve gradient = new Curve();
    private final Curve speed = new Curve();
    private final Curve rateTest = new Curve();
    private final Map<String, SortedMap<Integer, String>> samples = new LinkedHashMap<>();
    private final List<String> alarms = new ArrayList<>();
    private double baseNll = Double.NaN;
    private int steps;

    private Metrics() {}

    /** Points that are added one by one. */
    static final class Curve {
        private final List<Double> x = new ArrayList<>();
        private final List<Double> y = new ArrayList<>();

        private void add(double atX, JsonNode atY) {
            x.add(atX);
            y.add(atY.asDouble(Double.NaN));
        }

        int size() {
            return x.size();
        }

        double lowest() {
            return y.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        }

        LineChart.Series series(String name) {
            return new LineChart.Series(
                    name,
                    x.stream().mapToDouble(Double::doubleValue).toArray(),
                    y.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    /** Reads the log of a run; a last line that is not complete is left out. */
    static Metrics read(Path run) {
        Metrics metrics = new Metrics();
        Path file = run.resolve(MetricsLog.FILE);
        try (var lines = Files.lines(file)) {
            lines.forEach(metrics::add);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        return metrics;
    }

    private void add(String text) {
        JsonNode line;
        try {
            line = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return;
        }
        int step = line.path("step").asInt();
        if (line.has("loss")) {
            steps = step;
            loss.add(step, line.path("loss"));
            rate.add(step, line.path("lr"));
            gradient.add(step, line.path("grad_norm"));
            speed.add(step, line.path("tokens_per_second"));
        } else if (line.has("validation_nll") && step == 0) {
            baseNll = line.path("validation_nll").asDouble(Double.NaN);
        } else if (line.has("validation_nll")) {
            validation.add(step, line.path("validation_nll"));
        } else if (line.has("rate_test")) {
            line.path("rate_test")
                    .forEach(point -> rateTest.add(point.path("lr").asDouble(), point.path("loss")));
        } else if (line.has("samples")) {
            line.path("samples")
                    .forEach(sample -> samples.computeIfAbsent(
                                    sample.path("prompt").asText(), any -> new TreeMap<>())
                            .put(step, sample.path("reply").asText()));
        } else if (line.has("saw")) {
            alarms.add("Update " + step + ": " + line.path("saw").asText() + "; "
                    + line.path("did").asText() + ".");
        }
    }

    Curve loss() {
        return loss;
    }

    /** Of adapters; the base's is {@link #baseNll}. */
    Curve validation() {
        return validation;
    }

    Curve rate() {
        return rate;
    }

    Curve gradient() {
        return gradient;
    }

    Curve speed() {
        return speed;
    }

    Curve rateTest() {
        return rateTest;
    }

    /** Replies by prompt and update. */
    Map<String, SortedMap<Integer, String>> samples() {
        return samples;
    }

    List<String> alarms() {
        return alarms;
    }

    double baseNll() {
        return baseNll;
    }

    int steps() {
        return steps;
    }
}
