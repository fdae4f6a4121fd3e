package dev.kaiaku.dataset.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

final class HtmlPageTest {
    private static final String HOSTILE = "<script>alert('x')</script>&\"\u0000";

    @Test
    void everyTextIsEscaped() {
        String html = new HtmlPage(HOSTILE)
                .section(HOSTILE)
                .folded(HOSTILE)
                .paragraph(HOSTILE)
                .remark(HOSTILE)
                .notice(HOSTILE)
                .facts(Map.of(HOSTILE, HOSTILE))
                .table(List.of(HOSTILE), List.of(List.of(HOSTILE)))
                .charts(List.of(
                        new LineChart(
                                HOSTILE, HOSTILE, new LineChart.Series(HOSTILE, new double[] {1}, new double[] {2})),
                        BarChart.of(HOSTILE, Map.of(HOSTILE, 1))))
                .html();
        assertThat(html).doesNotContain("<script", "alert('", "\u0000").contains("&lt;script&gt;");
    }

    @Test
    void aPageAsksForNothingElse() {
        assertThat(new HtmlPage("page").html())
                .doesNotContain("http://", "https://", "src=", "href=", "<link", "@import");
    }

    @Test
    void foldsEndAtTheNextHeading() {
        String html = new HtmlPage("page")
                .folded("more")
                .paragraph("inside")
                .section("after")
                .html();
        assertThat(html.indexOf("</details>")).isBetween(html.indexOf("inside"), html.indexOf("after"));
    }

    @Test
    void chartsAreWellFormed() throws Exception {
        double[] x = DoubleStream.iterate(1, v -> v + 1).limit(2000).toArray();
        double[] y = DoubleStream.of(x).map(v -> v == 7 ? Double.NaN : 1 / v).toArray();
        LineChart.Series curve = new LineChart.Series("loss", x, y);
        LineChart.Series none = new LineChart.Series("none", new double[0], new double[0]);
        for (Chart chart : List.of(
                new LineChart("linear", "step", curve, none),
                new LineChart("logarithmic", "rate", true, List.of(curve)),
                new LineChart("empty", "step", none),
                new BarChart("bars", List.of(new BarChart.Bar("a", 3), new BarChart.Bar("b", Double.NaN))),
                new BarChart("no bars", List.of()))) {
            Document svg = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(chart.svg())));
            assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
            assertThat(chart.svg()).as(chart.title()).doesNotContain("NaN\"", "Infinity");
        }
    }

    @Test
    void axesEndAtRoundNumbers() {
        Axis axis = Axis.covering(new double[] {2.31, 4.87, Double.NaN}, false);
        assertThat(axis).isEqualTo(new Axis(2, 5, false));
        assertThat(axis.ticks()).containsExactly(2.0, 3.0, 4.0, 5.0);
        assertThat(Axis.covering(new double[] {3e-5, 0.02}, true).ticks()).hasSize(5);
        assertThat(Axis.covering(new double[] {1, 1}, false).place(1)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void labelsAreShort() {
        assertThat(List.of(Axis.label(0), Axis.label(0.25), Axis.label(2e-4), Axis.label(12_000), Axis.label(3.5e6)))
                .containsExactly("0", "0.25", "2e-4", "12k", "3.5M");
    }
}
