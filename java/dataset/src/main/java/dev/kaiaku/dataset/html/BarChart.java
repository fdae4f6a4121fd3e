package dev.kaiaku.dataset.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Amounts side by side: a bar to the right for each, its name before and its value behind it.
 *
 * @param bars in the order of drawing
 */
public record BarChart(String title, List<Bar> bars) implements Chart {
    private static final int WIDTH = 480;
    private static final int ROW = 22;
    private static final int NAME = 130;
    private static final int VALUE = 60;
    private static final int LONGEST_NAME = 20;

    public BarChart {
        bars = List.copyOf(bars);
    }

    /**
     * One amount.
     *
     * @param value 0 or more
     */
    public record Bar(String name, double value) {}

    /** The bars of a map, in its order. */
    public static BarChart of(String title, Map<String, ? extends Number> amounts) {
        List<Bar> bars = new ArrayList<>();
        amounts.forEach((name, amount) -> bars.add(new Bar(name, amount.doubleValue())));
        return new BarChart(title, bars);
    }

    @Override
    public String svg() {
        double most = bars.stream()
                .mapToDouble(Bar::value)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        int height = Math.max(1, bars.size()) * ROW + 4;
        StringBuilder out = new StringBuilder(
                        "<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\"")
                .append(Html.escape(title))
                .append("\">\n");
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double share = most > 0 && Double.isFinite(bar.value()) ? Math.max(0, bar.value()) / most : 0;
            double length = share * (WIDTH - NAME - VALUE);
            int y = i * ROW + 3;
            out.append("<text x=\"").append(NAME - 8).append("\" y=\"").append(y + 12);
            out.append("\" text-anchor=\"end\">")
                    .append(Html.escape(shortened(bar.name())))
                    .append("<title>");
            out.append(Html.escape(bar.name())).append("</title></text>");
            out.append("<rect class=\"bar\" rx=\"2\" x=\"")
                    .append(NAME)
                    .append("\" y=\"")
                    .append(y);
            out.append("\" height=\"").append(ROW - 6).append("\" width=\"").append(Html.coordinate(length));
            out.append("\"/><text x=\"")
                    .append(Html.coordinate(NAME + length + 6))
                    .append("\" y=\"")
                    .append(y + 12);
            out.append("\">").append(Axis.label(bar.value())).append("</text>\n");
        }
        return out.append("</svg>\n").toString();
    }

    private static String shortened(String name) {
        int length = name.codePointCount(0, name.length());
        return length <= LONGEST_NAME ? name : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
    }
}
