package dev.kaiaku.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
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

    /** Which conversations to look at. */
    public enum Order {
        /** Those of the highest scores, the best first. */
        BEST,
        /** Those of the lowest scores, the worst first. */
        WORST,
        /** Any, in the order of the file. */
        RANDOM
    }

    /**
     * A conversation to look at.
     *
     * @param why its score and what that is made of, such as {@code 0.412: length 0.35, …}; empty where it has none
     */
    public record Chosen(Conversation conversation, String why) {}

    /**
     * Some conversations of a dataset, the same ones for the same seed.
     *
     * @param folder that {@code dataset build} wrote
     * @param count how many at most
     * @param seed of {@link Order#RANDOM}
     * @throws BadInputException where the samples have no scores to order by
     */
    public static List<Chosen> choose(Path folder, int count, Order order, long seed) {
        Path file = folder.resolve(DatasetBuilder.TRAIN);
        Random random = new Random(seed);
        Comparator<Numbered> byRank = Comparator.comparingDouble(Numbered::rank).thenComparingInt(Numbered::number);
        PriorityQueue<Numbered> chosen = new PriorityQueue<>(byRank.reversed());
        int[] seen = {0};
        ConversationFile.forEachWithMeta(file, (conversation, meta) -> {
            double rank = rank(order, meta, random, file);
            chosen.add(new Numbered(rank, seen[0]++, new Chosen(conversation, why(meta))));
            if (chosen.size() > count) {
                chosen.remove();
            }
        });
        Comparator<Numbered> shown = order == Order.RANDOM ? Comparator.comparingInt(Numbered::number) : byRank;
        return chosen.stream().sorted(shown).map(Numbered::chosen).toList();
    }

    private static double rank(Order order, JsonNode meta, Random random, Path file) {
        if (order == Order.RANDOM) {
            return random.nextDouble();
        }
        JsonNode score = meta.path("score");
        if (!score.isNumber()) {
            throw new BadInputException(
                    file + ": its samples have no scores; build the dataset again with `--score on`");
        }
        return order == Order.BEST ? -score.asDouble() : score.asDouble();
    }

    private static String why(JsonNode meta) {
        if (!meta.path("score").isNumber()) {
            return "";
        }
        StringBuilder why = new StringBuilder(meta.path("score").asText());
        String sign = ": ";
        for (Map.Entry<String, JsonNode> feature : meta.path("features").properties()) {
            why.append(sign)
                    .append(feature.getKey())
                    .append(' ')
                    .append(feature.getValue().asText());
            sign = ", ";
        }
        return why.toString();
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

    private record Numbered(double rank, int number, Chosen chosen) {}
}
