package dev.kaiaku.dataset.selection;

/**
 * What a score is made of; each is from 0 to 1, higher is better. Those with a weight are averaged; the others are
 * factors, each of {@link #LOWEST_FACTOR} at the least.
 */
public enum Feature {
    /** Characters, on a logarithmic scale that ends at 160. */
    LENGTH("length", 0.15),
    /** How much the words tell: the sum of their idf, saturating. */
    INFORMATION("information", 0.25),
    /** The share of the idf of its words that stand in the context too. */
    RELEVANCE("relevance", 0.2),
    /** Reactions received; without weight where nobody received any. */
    REACTIONS("reactions", 0.15),
    /** How much its groups of three characters are those of the persona rather than of the others. */
    STYLE("style", 0.2),
    /** Later messages show the persona of today. */
    RECENCY("recency", 0.05),
    /** Low where the persona said the same, or nearly, before. */
    NOVELTY("novelty", 0),
    /** The share that is neither quoted, nor code, nor a link, nor copied from the context. */
    OWN_WORDS("own words", 0),
    /** Low in a language that the persona hardly ever writes. */
    LANGUAGE("language", 0);

    /** What is left of a score by the worst value of a factor. */
    static final double LOWEST_FACTOR = 0.2;

    private final String label;
    private final double weight;

    Feature(String label, double weight) {
        this.label = label;
        this.weight = weight;
    }

    /** As it is shown, such as {@code own words}. */
    public String label() {
        return label;
    }

    double weight() {
        return weight;
    }
}
