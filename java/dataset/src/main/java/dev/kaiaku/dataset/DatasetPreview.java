package dev.kaiaku.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * A look at a dataset without a base model: conversations in ChatML, and which characters are learned. What a
 * given base sees may be written otherwise; its own chat format shows that.
 */
public final class DatasetPreview {
    private static final Pattern CONTROL_TEXT = Pattern.compile("<(?=\\|(?:im_start|im_end|endoftext)\\|>)");

    private DatasetPreview() {}

    /**
     * A run of characters.
     *
     * @param learned whether training learns them
     */
    public record Span(String text, boolean learned) {}

    /**
     * Some conversations of a dataset, the same ones for the same seed.
     *
     * @param folder that {@code dataset build} wrote
     * @param count how many at most
     * @return in the order of the file
     */
    public static List<Conversation> choose(Path folder, int count, long seed) {
        Random random = new Random(seed);
        List<Numbered> chosen = new ArrayList<>();
        int[] seen = {0};
        ConversationFile.forEach(folder.resolve(DatasetBuilder.TRAIN), conversation -> {
            int number = seen[0]++;
            int place = chosen.size() < count ? chosen.size() : random.nextInt(number + 1);
            if (place < count) {
                Numbered entry = new Numbered(number, conversation);
                if (place == chosen.size()) {
                    chosen.add(entry);
                } else {
                    chosen.set(place, entry);
                }
            }
        });
        return chosen.stream()
                .sorted((a, b) -> Integer.compare(a.number(), b.number()))
                .map(Numbered::conversation)
                .toList();
    }

    /** A conversation in ChatML; joined, the spans are the whole text. */
    public static List<Span> render(Conversation conversation) {
        List<Span> spans = new ArrayList<>();
        for (Turn turn : conversation.turns()) {
            spans.add(new Span("<|im_start|>" + turn.role().wireName() + "\n", false));
            String content = CONTROL_TEXT.matcher(turn.content().strip()).replaceAll("< ");
            spans.add(new Span(content + "<|im_end|>", turn.target()));
            spans.add(new Span("\n", false));
        }
        return spans;
    }

    private record Numbered(int number, Conversation conversation) {}
}
