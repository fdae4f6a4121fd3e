package dev.kaiaku.dataset.html;

/** A figure of a page. */
public sealed interface Chart permits LineChart, BarChart, Waterfall {
    /** What it shows; stands above it and is read out in its place. */
    String title();

    /** An {@code <svg>} element that takes the colours of its page. */
    String svg();
}
