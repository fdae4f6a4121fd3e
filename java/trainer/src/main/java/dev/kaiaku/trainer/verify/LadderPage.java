package dev.kaiaku.trainer.verify;

import dev.kaiaku.dataset.html.BarChart;
import dev.kaiaku.dataset.html.HtmlPage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Shows a {@link Ladder} as a page. */
public final class LadderPage {
    private LadderPage() {}

    /** Writes the page. */
    public static void write(Ladder ladder, String persona, Path file) {
        HtmlPage page = new HtmlPage(persona + ": what the export lost");
        page.paragraph(String.format(
                Locale.ROOT,
                "How surprised each step was by the same %,d held-out conversations (%,d reply tokens): the mean of"
                        + " -log p of a reply token, less is better.",
                ladder.samples(),
                ladder.targets()));
        ladder.warnings().forEach(page::notice);
        append(ladder, page);
        page.write(file);
    }

    /** Adds chart and table to a page. */
    public static void append(Ladder ladder, HtmlPage page) {
        List<Rung> computed = ladder.rungs().stream()
                .filter(rung -> Double.isFinite(rung.nll()))
                .toList();
        page.charts(List.of(new BarChart(
                "NLL per reply token",
                computed.stream()
                        .map(rung -> new BarChart.Bar(rung.name(), rung.nll()))
                        .toList())));
        page.table(
                List.of("step", "NLL", "change", "computed by"),
                ladder.rungs().stream()
                        .map(rung -> List.of(
                                rung.name(),
                                Double.isNaN(rung.nll()) ? "-" : String.format(Locale.ROOT, "%.4f", rung.nll()),
                                rung.changeText(),
                                rung.by()))
                        .toList());
        ladder.parityText().ifPresent(page::paragraph);
    }
}
