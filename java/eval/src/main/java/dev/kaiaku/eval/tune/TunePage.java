package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.dataset.html.LineChart;
import java.nio.file.Path;
import java.util.List;

/** The way of a search for a browser. */
final class TunePage {
    private TunePage() {}

    /** Writes the page. */
    static void write(TuneReport report, Path file) {
        HtmlPage page = new HtmlPage("What suits this chat best");
        page.paragraph(report.picked());
        page.section("Training")
                .remark("NLL per byte of the same " + report.replies()
                        + " held-out replies, each arm with its own context; lower"
                        + " is better. Arms that were behind went no further.")
                .table(TuneReport.ARM_HEADS, report.armRows());
        if (!report.finalists().isEmpty()) {
            page.remark("NLL could not tell these apart; what they say decided.")
                    .table(
                            List.of("Arm", "Tone, sense, sound, score"),
                            report.finalists().stream()
                                    .map(one -> List.of(
                                            one.arm().toString(), one.quality().toString()))
                                    .toList());
        }
        page.section("Strength")
                .charts(List.of(new LineChart(
                        "NLL per byte",
                        "strength of the adapter",
                        new LineChart.Series(
                                "NLL",
                                report.strength().points().stream()
                                        .mapToDouble(StrengthScan.Point::strength)
                                        .toArray(),
                                report.strength().points().stream()
                                        .mapToDouble(StrengthScan.Point::nll)
                                        .toArray()))))
                .table(
                        List.of("Strength", "NLL", "Tone, sense, sound, score"),
                        report.strength().points().stream()
                                .map(point -> List.of(
                                        TuneReport.number(2, point.strength()),
                                        TuneReport.number(4, point.nll()),
                                        point.quality() == null
                                                ? ""
                                                : point.quality().toString()))
                                .toList());
        page.section("Sampling")
                .table(
                        List.of("Temperature", "Min-p", "Replies", "Tone, sense, sound, score"),
                        report.sampling().points().stream()
                                .map(point -> List.of(
                                        TuneReport.number(2, point.sampling().temperature()),
                                        TuneReport.number(2, point.sampling().minP()),
                                        Integer.toString(point.replies()),
                                        point.quality().toString()))
                                .toList());
        page.write(file);
    }
}
