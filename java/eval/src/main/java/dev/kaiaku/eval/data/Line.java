package dev.kaiaku.eval.data;

/**
 * One message and who wrote it.
 *
 * @param author name as the data set shows it
 * @param text as it was written
 */
public record Line(String author, String text) {}
