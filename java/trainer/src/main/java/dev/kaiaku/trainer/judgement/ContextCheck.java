package dev.kaiaku.trainer.judgement;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Whether replies are worth more in the conversation that they were said in: validation NLL of replies after what
 * was really said, against the same replies after what was said in other conversations.
 *
 * @param samples replies looked at
 * @param trueNll -log p per token of a reply in its own conversation
 * @param shuffledNll in another one
 */
public record ContextCheck(int samples, double trueNll, double shuffledNll) {
    /** Replies that are enough to tell. */
    static final int MOST = 64;

    /** What a token of a reply gains from its context, in nats; 0 or less: the context is not used. */
    public double gain() {
        return shuffledNll - trueNll;
    }

    /**
     * The conversations of a check, in pairs with equal replies.
     *
     * @param real as they were
     * @param shuffled the reply of the i-th real one after the turns of another
     */
    public record Pairs(List<Conversation> real, List<Conversation> shuffled) {}

    /** Chooses conversations evenly; only their last reply counts. Empty where there are not two to exchange. */
    public static Pairs pairs(List<Conversation> validation, long seed) {
        List<Conversation> prompts = new ArrayList<>();
        List<Turn> replies = new ArrayList<>();
        for (Conversation conversation : validation) {
            int last = conversation.turns().size() - 1;
            List<Turn> before = conversation.turns().subList(0, Math.max(0, last));
            boolean somethingSaid = before.stream().anyMatch(turn -> turn.role() == Role.USER);
            if (somethingSaid && conversation.turns().get(last).target()) {
                prompts.add(new Conversation(before.stream()
                        .map(turn -> turn.target() ? new Turn(turn.role(), turn.content(), false) : turn)
                        .toList()));
                replies.add(conversation.turns().get(last));
            }
        }
        if (prompts.size() < 2) {
            return new Pairs(List.of(), List.of());
        }
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            chosen.add(i);
        }
        Collections.shuffle(chosen, new Random(seed));
        int count = Math.min(MOST, chosen.size());
        List<Conversation> real = new ArrayList<>();
        List<Conversation> shuffled = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Turn reply = replies.get(chosen.get(i));
            real.add(with(prompts.get(chosen.get(i)), reply));
            shuffled.add(with(prompts.get(chosen.get((i + 1) % count)), reply));
        }
        return new Pairs(real, shuffled);
    }

    private static Conversation with(Conversation prompt, Turn reply) {
        List<Turn> turns = new ArrayList<>(prompt.turns());
        turns.add(reply);
        return new Conversation(turns);
    }
}
