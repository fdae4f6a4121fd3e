package dev.kaiaku.dataset.html;

/** Text as it may stand in a page. */
final class Html {
    private Html() {}

    /** Escaped for element content and quoted attributes; control characters that no page may hold become U+FFFD. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\t', '\n' -> out.append(c);
                default -> out.append(c < ' ' || c == 0x7F ? '\uFFFD' : c);
            }
        }
        return out.toString();
    }

    /** A coordinate with two decimals at the most. */
    static String coordinate(double value) {
        double rounded = Math.round(value * 100) / 100.0;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }
}
