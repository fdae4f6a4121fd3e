package dev.kaiaku.dataset.html;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What becomes of an amount: the whole, then a bar for each part that is taken away, where the one before ended,
 * then what is left.
 *
 * @param startName of the whole
 * @param losses taken away, in the order of drawing
 * @param endName of what is left
 */
public record Waterfall(String title, String startName, long start, Map<String, Long> losses, String endName)
        implements Chart {
    private static final int WIDTH = 480;
    private static final int ROW = 22;
    private static final int NAME = 130;
    private static final int VALUE = 70;
    private static final double ROOM = WIDTH - NAME - VALUE;

    public Waterfall {
        losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    }

    @Override
    public String svg() {
        StringBuilder out = new StringBuilder("<svg viewBox=\"0 0 " + WIDTH + " " + ((losses.size() + 2) * ROW + 4)
                        + "\" role=\"img\" aria-label=\"")
                .append(Html.escape(title))
                .append("\">\n");
        int row = 0;
        long left = start;
        bar(out, row++, startName, 0, start, "m0", number(start));
        for (Map.Entry<String, Long> loss : losses.entrySet()) {
            left -= loss.getValue();
            bar(out, row++, loss.getKey(), left, loss.getValue(), "m1", "−" + number(loss.getValue()));
        }
        bar(out, row, endName, 0, left, "m2", number(left));
        return out.append("</svg>\n").toString();
    }

    private void bar(StringBuilder out, int row, String name, long from, long amount, String style, String label) {
        double scale = start > 0 ? ROOM / start : 0;
        double x = NAME + Math.max(0, from) * scale;
        double width = Math.max(1, amount * scale);
        int y = row * ROW + 3;
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                        + "<rect class=\"%s\" rx=\"2\" x=\"%s\" y=\"%d\" height=\"%d\" width=\"%s\"/>"
                        + "<text x=\"%s\" y=\"%d\">%s</text>\n",
                NAME - 8,
                y + 12,
                Html.escape(name),
                style,
                Html.coordinate(x),
                y,
                ROW - 6,
                Html.coordinate(width),
                Html.coordinate(x + width + 6),
                y + 12,
                label));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
