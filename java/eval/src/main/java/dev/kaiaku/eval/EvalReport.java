package dev.kaiaku.eval;

import dev.kaiaku.dataset.html.BarChart;
import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.style.StyleScores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Everything that was measured of a persona, as a page of its own: the verdict, the figures of everybody who
 * answered, and real and generated replies side by side.
 */
public final class EvalReport {
    private static final int SHOWN = 40;
    private static final int CONTEXT_LINES = 6;

    private final String persona;
    private final List<String> doubts;
    private final List<Scores> scores;

    /** @param scores the persona's first, the person's second, then those to compare with */
    public EvalReport(String persona, List<String> doubts, List<Scores> scores) {
        this.persona = persona;
        this.doubts = doubts;
        this.scores = scores;
    }

    /** Writes the page; replies are shown with the least coherent first. */
    public void write(Path file, Coherence coherence, List<Reply> asked, List<Generated> answers) {
        HtmlPage page = new HtmlPage(persona + ": does it sound like them, and does it make sense?");
        doubts.forEach(page::notice);
        Verdict.of(scores.get(0)).forEach(page::paragraph);
        page.section("Everybody who answered")
                .remark(
                        "Tone: 0 % is another member of the chat, 100 % the person. Sense: 0 % is chance, 100 % the"
                                + " person; more means more typical, or closer to the context, than the person is. In brackets: the range that holds 95 of 100 repetitions.")
                .table(heads(), scores.stream().map(EvalReport::row).toList());
        List<BarChart> charts = new ArrayList<>();
        charts.add(chart(
                "Tone, % of the way",
                score -> score.style().isEmpty() ? 0 : way(score.style().get(0))));
        charts.add(chart(
                "Sense, % of the person's",
                score -> 100 * score.coherence().way().value()));
        charts.add(chart("Surface distance", Scores::surface));
        page.charts(charts);
        replies(page, coherence, asked, answers);
        page.write(file);
    }

    private static void replies(HtmlPage page, Coherence coherence, List<Reply> asked, List<Generated> answers) {
        List<Reply> made = IntStream.range(0, asked.size())
                .mapToObj(i -> asked.get(i).withText(answers.get(i).text()))
                .toList();
        double[] sense = coherence.real(made);
        List<List<String>> rows = IntStream.range(0, asked.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> sense[i]))
                .limit(SHOWN)
                .map(i -> List.of(
                        context(asked.get(i)),
                        asked.get(i).text(),
                        answers.get(i).text()))
                .toList();
        page.section("Replies, those that fit their context least first")
                .table(List.of("What was said", "The person", "The persona"), rows);
    }

    private static String context(Reply reply) {
        List<Line> lines = reply.context();
        return lines.subList(Math.max(0, lines.size() - CONTEXT_LINES), lines.size()).stream()
                .map(line -> line.author() + ": " + line.text())
                .collect(Collectors.joining("\n"));
    }

    private BarChart chart(String title, ToDoubleFunction<Scores> value) {
        Map<String, Double> bars = new LinkedHashMap<>();
        scores.forEach(score -> bars.put(score.speaker(), Math.max(0, value.applyAsDouble(score))));
        return BarChart.of(title, bars);
    }

    private static List<String> heads() {
        return List.of(
                "Speaker",
                "Tone",
                "AUC of 20",
                "Sense",
                "Surface distance",
                "Burrows' delta",
                "Distinct words",
                "Copied runs",
                "Cut off",
                "Speaks for others");
    }

    private static List<String> row(Scores scores) {
        StyleScores.Score first =
                scores.style().isEmpty() ? null : scores.style().get(0);
        StyleScores.Score pooled = scores.style().size() < 3 ? null : scores.largestPool();
        return List.of(
                scores.speaker(),
                first == null ? "–" : String.format(Locale.ROOT, "%.0f %%", way(first)),
                pooled == null ? "–" : pooled.value().toString(),
                String.format(
                        Locale.ROOT,
                        "%.0f %% [%.0f, %.0f]",
                        100 * scores.coherence().way().value(),
                        100 * scores.coherence().way().low(),
                        100 * scores.coherence().way().high()),
                String.format(Locale.ROOT, "%.3f", scores.surface()),
                String.format(Locale.ROOT, "%.2f", scores.delta()),
                String.format(Locale.ROOT, "%.2f", scores.diversity().distinctWords()),
                String.format(Locale.ROOT, "%.1f %%", 100 * scores.runs().value()),
                String.format(Locale.ROOT, "%.0f %%", 100 * scores.faults().unfinished()),
                String.format(Locale.ROOT, "%.0f %%", 100 * scores.faults().foreignSpeaker()));
    }

    private static double way(StyleScores.Score score) {
        return 100 * score.way();
    }
}
