package dev.kaiaku.eval;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A chat by rule: ana asks about a thing, the persona answers about the same thing in a manner of their own. */
public final class Conversations {
    private static final List<String> THINGS = List.of(
            "bicycle", "guitar", "pancakes", "holiday", "printer", "football", "garden", "camera", "novel", "coffee");

    private Conversations() {}

    /** Data of {@code learned} and {@code heldOut} replies with a seed. */
    public static EvalData data(int learned, int heldOut) {
        Random random = new Random(7);
        List<Reply> train = replies(learned, random);
        List<Reply> later = replies(heldOut, random);
        return new EvalData("tico", train, later, lines(train), lines(later));
    }

    private static List<Reply> replies(int n, Random random) {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String thing = THINGS.get(random.nextInt(THINGS.size())) + random.nextInt(40);
            String asked = "Could you please tell me about the " + thing + "?";
            String answer = "kkkk " + thing + " tipo assim mano, " + random.nextInt(900) + " vezes";
            Conversation prompt = new Conversation(List.of(new Turn(Role.USER, "[ana]: " + asked)));
            replies.add(new Reply(prompt, List.of(new Line("ana", asked)), answer));
        }
        return replies;
    }

    private static List<Line> lines(List<Reply> replies) {
        return replies.stream().flatMap(reply -> reply.context().stream()).toList();
    }
}
