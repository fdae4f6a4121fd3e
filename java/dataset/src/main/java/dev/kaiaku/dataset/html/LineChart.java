package dev.kaiaku.dataset.html;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Curves over a common x axis. Points that are not finite leave a gap; long series are drawn as means of neighbours.
 *
 * @param xLabel what x counts
 * @param logX x on a logarithmic axis; points at or below 0 are left out
 */
public record LineChart(String title, String xLabel, boolean logX, List<Series> series) implements Chart {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 260;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 26;
    private static final int BOTTOM = 40;
    private static final int MOST_POINTS = 500;
    private static final int MOST_MARKS = 60;

    public LineChart {
        series = List.copyOf(series);
    }

    /** With a linear x axis. */
    public LineChart(String title, String xLabel, Series... series) {
        this(title, xLabel, false, List.of(series));
    }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param x ascending
     * @param y as many as x
     */
    public record Series(String name, double[] x, double[] y) {
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(x.length + " x, " + y.length + " y");
            }
        }

        private Series thinned() {
            if (x.length <= MOST_POINTS) {
                return this;
            }
            double[] meanX = new double[MOST_POINTS];
            double[] meanY = new double[MOST_POINTS];
            for (int i = 0; i < MOST_POINTS; i++) {
                int from = (int) ((long) i * x.length / MOST_POINTS);
                int to = (int) ((i + 1L) * x.length / MOST_POINTS);
                meanX[i] = Arrays.stream(x, from, to).average().orElse(Double.NaN);
                meanY[i] = Arrays.stream(y, from, to).average().orElse(Double.NaN);
            }
            return new Series(name, meanX, meanY);
        }
    }

    @Override
    public String svg() {
        Axis xAxis = axis(series.stream().map(Series::x), logX);
        double[] all =
                series.stream().map(Series::x).flatMapToDouble(Arrays::stream).toArray();
        if (!logX && all.length > 0) {
            xAxis = Axis.exactly(
                    Arrays.stream(all).min().orElseThrow(),
                    Arrays.stream(all).max().orElseThrow());
        }
        Axis yAxis = axis(series.stream().map(Series::y), false);
        StringBuilder out = new StringBuilder(
                        "<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"")
                .append(Html.escape(title))
                .append("\">\n");
        grid(out, xAxis, yAxis);
        for (int i = 0; i < series.size(); i++) {
            curve(out, series.get(i).thinned(), i, xAxis, yAxis);
        }
        legend(out);
        return out.append("</svg>\n").toString();
    }

    private static Axis axis(Stream<double[]> values, boolean logarithmic) {
        return Axis.covering(values.flatMapToDouble(Arrays::stream).toArray(), logarithmic);
    }

    private void grid(StringBuilder out, Axis xAxis, Axis yAxis) {
        for (double tick : yAxis.ticks()) {
            String y = Html.coordinate(y(yAxis, tick));
            out.append("<path class=\"grid\" d=\"M")
                    .append(LEFT)
                    .append(' ')
                    .append(y)
                    .append('H');
            out.append(WIDTH - RIGHT).append("\"/>");
            text(out, LEFT - 6, y, "end\" dy=\".35em", Axis.label(tick));
        }
        for (double tick : xAxis.ticks()) {
            String x = Html.coordinate(x(xAxis, tick));
            out.append("<path class=\"grid\" d=\"M")
                    .append(x)
                    .append(' ')
                    .append(HEIGHT - BOTTOM)
                    .append("v4\"/>");
            out.append("<text x=\"").append(x).append("\" y=\"").append(HEIGHT - BOTTOM + 17);
            out.append("\" text-anchor=\"middle\">").append(Axis.label(tick)).append("</text>\n");
        }
        text(out, WIDTH - RIGHT, Integer.toString(HEIGHT - 6), "end", xLabel);
    }

    private static void curve(StringBuilder out, Series series, int index, Axis xAxis, Axis yAxis) {
        StringBuilder path = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        boolean open = false;
        for (int i = 0; i < series.x().length; i++) {
            double x = series.x()[i];
            double y = series.y()[i];
            if (!Double.isFinite(x) || !Double.isFinite(y) || (xAxis.logarithmic() && x <= 0)) {
                open = false;
                continue;
            }
            String px = Html.coordinate(x(xAxis, x));
            String py = Html.coordinate(y(yAxis, y));
            path.append(open ? 'L' : 'M').append(px).append(' ').append(py);
            open = true;
            if (series.x().length <= MOST_MARKS) {
                marks.append("<circle class=\"m")
                        .append(index % 4)
                        .append("\" r=\"3\" cx=\"")
                        .append(px);
                marks.append("\" cy=\"")
                        .append(py)
                        .append("\"><title>")
                        .append(Html.escape(series.name()))
                        .append(": ");
                marks.append(Axis.label(x)).append(", ").append(Axis.label(y)).append("</title></circle>");
            }
        }
        out.append("<path class=\"c")
                .append(index % 4)
                .append("\" d=\"")
                .append(path)
                .append("\"/>");
        out.append(marks).append('\n');
    }

    private void legend(StringBuilder out) {
        int x = LEFT;
        for (int i = 0; i < series.size(); i++) {
            String name = series.get(i).name();
            out.append("<path class=\"c")
                    .append(i % 4)
                    .append("\" d=\"M")
                    .append(x)
                    .append(" 11h14\"/>");
            text(out, x + 19, "15", "start", name);
            x += 34 + 7 * name.length();
        }
    }

    private static void text(StringBuilder out, int x, String y, String anchor, String text) {
        out.append("<text x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\" text-anchor=\"")
                .append(anchor);
        out.append("\">").append(Html.escape(text)).append("</text>\n");
    }

    private static double x(Axis axis, double value) {
        return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(Axis axis, double value) {
        return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM);
    }
}
