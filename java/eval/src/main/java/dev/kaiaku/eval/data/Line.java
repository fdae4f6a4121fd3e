package dev.kaiaku.eval.data;

/**
 * One message and who wrote it.
 *
 * @param author name as the data set shows it
 * @param text as it was written
 * @param own whether the persona wrote it
 */
public record Line(String author, String text, boolean own) {
    /** A message of somebody else. */
    public Line(String author, String text) {
        this(author, text, false);
    }
}
