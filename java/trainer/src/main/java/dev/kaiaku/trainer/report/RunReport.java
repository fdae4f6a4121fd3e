package dev.kaiaku.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.html.Chart;
import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.dataset.html.LineChart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code report.html}: a run as a page, made of {@code run.json}, {@code metrics.jsonl} and the dataset's summary. */
public final class RunReport {
    /** Name of the page in the folder of a run. */
    public static final String FILE = "report.html";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode run;
    private final JsonNode dataset;
    private final Metrics metrics;

    private RunReport(JsonNode run, JsonNode dataset, Metrics metrics) {
        this.run = run;
        this.dataset = dataset;
        this.metrics = metrics;
    }

    /** Writes the page of a run as it stands now. */
    public static void write(Path folder) {
        read(folder).page().write(folder.resolve(FILE));
    }

    /** Adds outcome and curves of a run to a page, and what its persona says. */
    public static void append(Path folder, HtmlPage page) {
        RunReport report = read(folder);
        report.metrics.alarms().forEach(page::notice);
        List<Chart> curves = report.curves();
        page.facts(report.outcome()).charts(curves.subList(0, Math.min(2, curves.size())));
        report.samples(page);
    }

    private static RunReport read(Path folder) {
        JsonNode run = json(folder.resolve("run.json"));
        JsonNode dataset = json(Path.of(run.path("data").asText()).resolve("dataset.json"));
        return new RunReport(run, dataset, Metrics.read(folder));
    }

    private static JsonNode json(Path file) {
        try {
            return Files.exists(file) ? JSON.readTree(Files.readAllBytes(file)) : JSON.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private HtmlPage page() {
        String persona = dataset.path("persona").path("name").asText("a persona");
        HtmlPage page = new HtmlPage("Training of " + persona);
        page.remark("On " + run.path("base").asText() + ".");
        metrics.alarms().forEach(page::notice);
        page.facts(outcome()).section("Curves").charts(curves());
        samples(page);
        page.section("Data").facts(data());
        page.section("Settings").folded("What was asked for, and what it came to");
        page.table(List.of("Option", "Value"), settings());
        return page;
    }

    private Map<String, String> outcome() {
        Map<String, String> facts = new LinkedHashMap<>();
        Metrics.Curve validation = metrics.validation();
        double base = metrics.baseNll();
        if (Double.isFinite(base)) {
            facts.put("NLL of the base", number(base));
        }
        if (validation.size() > 0) {
            facts.put("Lowest NLL", number(validation.lowest()));
            facts.put("Perplexity", number(Math.exp(base)) + " → " + number(Math.exp(validation.lowest())));
        }
        facts.put(
                "Updates",
                metrics.steps() + " of " + run.path("plan").path("steps").asInt());
        JsonNode result = run.path("result");
        if (result.isObject()) {
            facts.put(
                    "Ended",
                    result.path("stop_reason").asText().toLowerCase(Locale.ROOT).replace('_', ' '));
            facts.put("Best update", result.path("best_step").asText());
            facts.put(
                    "Speed",
                    String.format(
                            Locale.ROOT,
                            "%.0f tokens/s",
                            result.path("tokens_per_second").asDouble()));
            facts.put("Most memory", bytes(result.path("peak_memory_bytes").asLong()));
            JsonNode context = result.path("context");
            if (context.isObject()) {
                double gain = context.path("shuffled_nll").asDouble()
                        - context.path("true_nll").asDouble();
                facts.put("Worth of the context", String.format(Locale.ROOT, "%.3f nats per token", gain));
            }
        }
        return facts;
    }

    private List<Chart> curves() {
        List<Chart> charts = new ArrayList<>();
        charts.add(new LineChart(
                "Loss per reply token",
                "update",
                metrics.loss().series("training"),
                metrics.validation().series("validation")));
        if (metrics.validation().size() > 0) {
            charts.add(new LineChart(
                    "Validation NLL", "update", metrics.validation().series("validation")));
        }
        charts.add(new LineChart("Learning rate", "update", metrics.rate().series("rate")));
        charts.add(new LineChart("Gradient norm", "update", metrics.gradient().series("norm")));
        charts.add(new LineChart("Tokens per second", "update", metrics.speed().series("tokens/s")));
        if (metrics.rateTest().size() > 0) {
            charts.add(new LineChart(
                    "Search for a rate: loss after a small update",
                    "learning rate",
                    true,
                    List.of(metrics.rateTest().series("loss"))));
        }
        return charts;
    }

    private void samples(HtmlPage page) {
        if (metrics.samples().isEmpty()) {
            return;
        }
        page.section("What it says");
        page.remark("Replies to the same three messages, which were held out from training.");
        metrics.samples().forEach((prompt, replies) -> {
            List<List<String>> rows = new ArrayList<>();
            replies.forEach((step, reply) -> rows.add(List.of(Integer.toString(step), reply)));
            page.paragraph(prompt);
            page.table(List.of("Update", "Reply"), rows);
        });
    }

    private Map<String, String> data() {
        JsonNode plan = run.path("plan");
        Map<String, String> facts = new LinkedHashMap<>();
        if (dataset.has("messages")) {
            facts.put("Messages", grouped(dataset.path("messages")));
            facts.put("People", grouped(dataset.path("authors")));
            facts.put("From", day(dataset.path("from").asText()));
            facts.put("To", day(dataset.path("to").asText()));
        }
        facts.put("Samples to learn", grouped(plan.path("train_samples")));
        facts.put("Samples to validate", grouped(plan.path("validation_samples")));
        facts.put("Tokens of a pass", grouped(plan.path("train_tokens")));
        facts.put("Learned of these", grouped(plan.path("target_tokens")));
        facts.put(
                "Rows filled",
                String.format(
                        Locale.ROOT, "%.1f %%", 100 * plan.path("row_fill").asDouble()));
        facts.put("Cut to the row", grouped(plan.path("cut_samples")));
        facts.put("Without a reply", grouped(plan.path("dropped_samples")));
        return facts;
    }

    private List<List<String>> settings() {
        List<List<String>> rows = new ArrayList<>();
        leaves(run.path("options"), rows);
        leaves(run.path("plan"), rows);
        rows.add(List.of("library", run.path("library").asText()));
        return rows;
    }

    private static void leaves(JsonNode node, List<List<String>> rows) {
        node.properties().forEach(field -> {
            if (field.getValue().isObject()) {
                leaves(field.getValue(), rows);
            } else {
                rows.add(List.of(
                        field.getKey().replace('_', ' '), field.getValue().asText()));
            }
        });
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.0f", value);
    }

    private static String grouped(JsonNode value) {
        return String.format(Locale.ROOT, "%,d", value.asLong());
    }

    private static String day(String time) {
        return time.length() > 10 ? time.substring(0, 10) : time;
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
    }
}
