package dev.kaiaku.model.format;

/**
 * A piece of a rendered conversation. Pieces are tokenised one by one, so that a mask is a matter of spans.
 *
 * @param control the text is one control token, such as {@code <|im_end|>}
 * @param target training learns the tokens of this piece
 */
public record Segment(String text, boolean control, boolean target) {}
