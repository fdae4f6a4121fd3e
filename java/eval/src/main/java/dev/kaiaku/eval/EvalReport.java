package dev.kaiaku.eval;

import dev.kaiaku.dataset.html.BarChart;
import dev.kaiaku.dataset.html.Chart;
import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.dataset.html.HtmlPage.Bubble;
import dev.kaiaku.dataset.html.LineChart;
import dev.kaiaku.eval.copies.Exposure;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.profile.SurfaceProfile;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was measured of a persona, as a page of its own: the verdict, the figures of everybody who
 * answered, distributions, and real and generated replies side by side.
 */
public final class EvalReport {
    private static final int SHOWN = 60;
    private static final int CONTEXT_LINES = 6;
    private static final int BINS = 24;
    /** What lies beyond stands at the ends of a distribution. */
    private static final double TAIL = 0.01;

    private final EvalData data;
    private final Ruler ruler;
    private final Evaluated evaluated;

    public EvalReport(EvalData data, Ruler ruler, Evaluated evaluated) {
        this.data = data;
        this.ruler = ruler;
        this.evaluated = evaluated;
    }

    /**
     * Writes the page; of the replies, those with most faults come first, then those that fit their context least.
     *
     * @param asked the held-out replies whose contexts were answered; none where nothing could be asked
     * @param answers the persona's
     */
    public void write(Path file, List<Reply> asked, List<Generated> answers) {
        HtmlPage page = new HtmlPage(data.persona() + ": does it sound like them, and does it make sense?");
        page.remark(evaluated.how());
        evaluated.doubts().forEach(doubt -> page.notice("No verdict: " + doubt));
        evaluated.verdict().stream()
                .filter(line -> !line.startsWith("No verdict"))
                .forEach(page::paragraph);
        if (!asked.isEmpty()) {
            figures(page);
            distributions(page, Ruler.made(asked, answers));
            canaries(page);
            replies(page, asked, answers);
        }
        page.write(file);
    }

    private void figures(HtmlPage page) {
        List<Scores> scores = evaluated.scores();
        page.section("Everybody who answered")
                .charts(List.of(
                        bars(
                                "Tone, % of the way from the others to the person",
                                score -> score.style().isEmpty()
                                        ? Double.NaN
                                        : 100 * score.style().get(0).way()),
                        bars(
                                "Sense, % of the person's",
                                score -> 100 * score.coherence().way().value())))
                .remark("Floor: another member of the chat, chance, or a parrot. Ceiling: the person against"
                        + " themselves. In brackets: the range that holds 95 of 100 repetitions.");
        List<String> heads = new ArrayList<>(List.of("Figure", "Floor", "Ceiling"));
        scores.forEach(score -> heads.add(score.speaker()));
        List<List<String>> rows = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            @Nullable Measured marks = scores.stream()
                    .flatMap(score -> score.figure(figure).stream())
                    .findFirst()
                    .orElse(null);
            if (marks != null) {
                List<String> row = new ArrayList<>(
                        List.of(figure.label(), figure.text(marks.floor()), figure.text(marks.ceiling())));
                scores.forEach(score -> row.add(score.figure(figure)
                        .map(measured -> figure.text(measured.value()))
                        .orElse("–")));
                rows.add(row);
            }
        }
        page.table(heads, rows).folded("What the figures mean");
        page.table(
                List.of("Figure", "What it is"),
                Arrays.stream(Figure.values())
                        .map(figure -> List.of(figure.label(), figure.explanation()))
                        .toList());
    }

    private BarChart bars(String title, ToDoubleFunction<Scores> value) {
        Map<String, Double> bars = new LinkedHashMap<>();
        evaluated.scores().forEach(score -> bars.put(score.speaker(), Math.max(0, value.applyAsDouble(score))));
        return BarChart.of(title, bars);
    }

    private void distributions(HtmlPage page, List<Reply> made) {
        SurfaceProfile person = ruler.surface();
        SurfaceProfile persona = SurfaceProfile.of(made);
        List<Chart> charts = new ArrayList<>();
        double[] own = ruler.style().odds(data.heldOut());
        double[] others = ruler.style().crowdOdds();
        if (own.length > 0 && others.length > 0) {
            double[] imitated = ruler.style().odds(made);
            double[] edges = edges(own, others);
            charts.add(new LineChart(
                    "Tone of a message: the others', the person's, the persona's",
                    "log-odds",
                    histogram("others", others, edges),
                    histogram("person", own, edges),
                    histogram("persona", imitated, edges)));
        }
        person.lengths().forEach((name, shares) -> {
            double[] sizes = IntStream.range(0, shares.length)
                    .mapToDouble(SurfaceProfile::smallest)
                    .toArray();
            charts.add(new LineChart(
                    name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                    "from this size on",
                    true,
                    List.of(
                            new LineChart.Series("person", sizes, shares),
                            new LineChart.Series(
                                    "persona",
                                    sizes,
                                    persona.lengths().getOrDefault(name, new double[shares.length])))));
        });
        page.section("Distributions").charts(charts);
        page.section("Habits")
                .table(
                        List.of("A message", "The person", "The persona"),
                        person.rates().keySet().stream()
                                .map(mark -> List.of(mark, percent(person.rate(mark)), percent(persona.rate(mark))))
                                .toList());
    }

    private void canaries(HtmlPage page) {
        if (!evaluated.exposures().isEmpty()) {
            page.section("Canaries")
                    .remark("Secrets that nobody told, planted among the samples. Exposure is log2 of the codes that"
                            + " have to be tried before one is predicted as well: about 1 where the model never saw it,"
                            + " 26.6 where it knows it.")
                    .table(
                            List.of("Planted", "Exposure", "Rank"),
                            evaluated.exposures().stream().map(EvalReport::row).toList());
        }
    }

    private static List<String> row(Exposure exposure) {
        return List.of(
                exposure.canary().times() + (exposure.canary().times() == 1 ? " time" : " times"),
                String.format(Locale.ROOT, "%.1f bits", exposure.bits()),
                exposure.rank() + " of " + exposure.tried());
    }

    private void replies(HtmlPage page, List<Reply> asked, List<Generated> answers) {
        double[] sense = ruler.coherence().real(Ruler.made(asked, answers));
        List<List<String>> faults = IntStream.range(0, asked.size())
                .mapToObj(i -> ruler.faults(asked.get(i), answers.get(i)))
                .toList();
        List<Integer> order = IntStream.range(0, asked.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> -faults.get(i).size())
                        .thenComparingDouble(i -> sense[i]))
                .limit(SHOWN)
                .toList();
        page.section("Replies, the worst first");
        page.remark(order.size() + " of " + asked.size()
                + ". With a fault first, then by how little they take up of what was said.");
        for (int i : order) {
            List<Bubble> said = new ArrayList<>();
            List<Line> context = asked.get(i).context();
            context.subList(Math.max(0, context.size() - CONTEXT_LINES), context.size())
                    .forEach(line -> said.add(new Bubble(line.author(), line.text(), line.own(), false)));
            String fault = faults.get(i).isEmpty() ? "" : " — " + String.join("; ", faults.get(i));
            page.answers(
                    said,
                    List.of(
                            new Bubble(
                                    data.persona() + ", really",
                                    shown(asked.get(i).text()),
                                    false,
                                    false),
                            new Bubble(
                                    data.persona() + ", the machine" + fault,
                                    shown(answers.get(i).text()),
                                    false,
                                    true)));
        }
    }

    private static String shown(String text) {
        return text.isBlank() ? "(nothing)" : text;
    }

    private static String percent(Interval share) {
        return String.format(
                Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * share.value(), 100 * share.low(), 100 * share.high());
    }

    /** Between the outermost hundredths of both, in equal steps. */
    private static double[] edges(double[] a, double[] b) {
        double[] all = IntStream.range(0, a.length + b.length)
                .mapToDouble(i -> i < a.length ? a[i] : b[i - a.length])
                .sorted()
                .toArray();
        double low = all[(int) (TAIL * (all.length - 1))];
        double high = all[(int) ((1 - TAIL) * (all.length - 1))];
        return IntStream.rangeClosed(0, BINS)
                .mapToDouble(i -> low + (high - low) * i / BINS)
                .toArray();
    }

    private static LineChart.Series histogram(String name, double[] values, double[] edges) {
        double[] middles = new double[BINS];
        double[] shares = new double[BINS];
        double step = (edges[BINS] - edges[0]) / BINS;
        for (int i = 0; i < BINS; i++) {
            middles[i] = edges[i] + step / 2;
        }
        for (double value : values) {
            int bin = step == 0 ? 0 : (int) Math.floor((value - edges[0]) / step);
            shares[Math.max(0, Math.min(BINS - 1, bin))] += 1.0 / values.length;
        }
        return new LineChart.Series(name, middles, shares);
    }
}
