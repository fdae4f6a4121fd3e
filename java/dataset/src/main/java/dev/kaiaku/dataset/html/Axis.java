package dev.kaiaku.dataset.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Values along one direction of a chart.
 *
 * @param low end of the axis that is drawn left or below
 * @param high other end, above low
 * @param logarithmic both ends are above 0
 */
record Axis(double low, double high, boolean logarithmic) {
    private static final int TICKS = 5;

    /** Covers the finite values among {@code values} with ends at round numbers; 0 to 1 where there is none. */
    static Axis covering(double[] values, boolean logarithmic) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value) && (!logarithmic || value > 0)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (low > high) {
            return new Axis(logarithmic ? 0.1 : 0, 1, logarithmic);
        }
        if (logarithmic) {
            double first = Math.pow(10, Math.floor(Math.log10(low) + 1e-9));
            double last = Math.pow(10, Math.ceil(Math.log10(high) - 1e-9));
            return new Axis(first, last > first ? last : first * 10, true);
        }
        if (low == high) {
            double margin = low == 0 ? 1 : Math.abs(low) / 2;
            low -= margin;
            high += margin;
        }
        double step = step(high - low);
        return new Axis(Math.floor(low / step) * step, Math.ceil(high / step) * step, false);
    }

    /** Covers {@code from} to {@code to} exactly. */
    static Axis exactly(double from, double to) {
        return new Axis(from, to > from ? to : from + 1, false);
    }

    /** Place of a value: 0 at the low end, 1 at the high one. */
    double place(double value) {
        return logarithmic
                ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
                : (value - low) / (high - low);
    }

    /** Values to label: powers of ten, or multiples of 1, 2 or 5 times one. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double value = low; value < high * 1.001; value *= 10) {
                ticks.add(value);
            }
            return ticks;
        }
        double step = step(high - low);
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private static double step(double range) {
        double rough = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double share = rough / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }

    /** Short text of a value: {@code 12k}, {@code 0.25}, {@code 2e-4}. */
    static String label(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e9)) {
            return String.format(Locale.ROOT, "%.1e", value)
                    .replace(".0e", "e")
                    .replaceFirst("e([+-])0?", "e$1")
                    .replace("e+", "e");
        }
        if (size >= 1e6) {
            return trimmed(value / 1e6) + "M";
        }
        return size >= 1e4 ? trimmed(value / 1e3) + "k" : trimmed(value);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.4g", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
