package dev.kaiaku.trainer.samples;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ConversationEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that was said in validation and waits for a reply.
 *
 * @param text the message that is answered, as in the data
 * @param tokens of the conversation up to the header of the reply
 */
public record Prompt(String text, int[] tokens) {
    static final int MOST_TOKENS = 256;
    static final int COUNT = 3;

    /** Three conversations, spread evenly over those that are short enough; fewer where there are not as many. */
    public static List<Prompt> choose(List<Conversation> validation, BaseModel base) {
        boolean addBos = base.tokenizer().addBos();
        ConversationEncoder encoder = new ConversationEncoder(base.tokenizer(), base.chatFormat(), addBos);
        List<Prompt> chosen = new ArrayList<>();
        for (int part = 0; part < COUNT; part++) {
            int from = validation.size() * part / COUNT;
            int to = validation.size() * (part + 1) / COUNT;
            for (int i = from; i < to && chosen.size() == part; i++) {
                chosen.addAll(of(validation.get(i), encoder));
            }
            if (chosen.size() == part) {
                return chosen;
            }
        }
        return chosen;
    }

    /** The prompt of a conversation; none where nothing was said before the reply, or too much. */
    private static List<Prompt> of(Conversation conversation, ConversationEncoder encoder) {
        List<Turn> turns = conversation.turns();
        int last = turns.size() - 1;
        if (last < 1 || !turns.get(last).target() || turns.get(last - 1).role() != Role.USER) {
            return List.of();
        }
        int[] tokens = encoder.prompt(new Conversation(turns.subList(0, last)));
        if (tokens.length > MOST_TOKENS) {
            return List.of();
        }
        String said = turns.get(last - 1).content();
        return List.of(new Prompt(said.substring(said.lastIndexOf("\n[") + 1), tokens));
    }
}
