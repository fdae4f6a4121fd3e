package dev.kaiaku.eval.baseline;

import dev.kaiaku.eval.data.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The persona as it was imitated before neural networks: each word drawn from those that followed the two before
 * it. Knows the tone, not the talk.
 */
public final class MarkovChain {
    private static final String END = "\u0003";
    private static final int LONGEST = 120;

    private final Map<String, List<String>> followers = new HashMap<>();

    public MarkovChain(List<Reply> replies) {
        for (Reply reply : replies) {
            String before = "";
            String last = "";
            for (String word : (reply.text() + " " + END).split(" ", -1)) {
                followers
                        .computeIfAbsent(before + " " + last, key -> new ArrayList<>())
                        .add(word);
                before = last;
                last = word;
            }
        }
    }

    /** A reply to anything at all. */
    public String reply(Random random) {
        StringBuilder text = new StringBuilder();
        String before = "";
        String last = "";
        for (int n = 0; n < LONGEST; n++) {
            List<String> choice = followers.getOrDefault(before + " " + last, List.of(END));
            String word = choice.get(random.nextInt(choice.size()));
            if (word.equals(END)) {
                break;
            }
            text.append(n == 0 ? "" : " ").append(word);
            before = last;
            last = word;
        }
        return text.toString();
    }
}
