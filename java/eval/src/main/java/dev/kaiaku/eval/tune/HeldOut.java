package dev.kaiaku.eval.tune;

import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Examples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Held-out replies that models are compared on, each after the context that a dataset gives it. A model's figure is
 * -log p per byte of these replies, their ends of turn included: bytes are the same whatever the tokens are.
 */
public record HeldOut(List<Reply> replies) {
    public HeldOut {
        replies = List.copyOf(replies);
    }

    /** Every held-out reply that answers something. */
    public static HeldOut of(EvalData data) {
        return new HeldOut(data.answering());
    }

    /**
     * The same replies in two datasets of one chat, each with its own contexts.
     *
     * @param block those of the dataset with the shorter contexts, in the order of time
     * @param session the same replies in the other one, in the same order
     */
    public record Shared(HeldOut block, HeldOut session) {}

    /**
     * The replies that both datasets hold out. A reply is told by its text and by the line that it answers; where
     * these occur several times, the first goes with the first.
     */
    public static Shared shared(EvalData block, EvalData session) {
        Map<List<String>, Deque<Reply>> open = new HashMap<>();
        of(session)
                .replies()
                .forEach(reply -> open.computeIfAbsent(key(reply), key -> new ArrayDeque<>())
                        .add(reply));
        List<Reply> inBlock = new ArrayList<>();
        List<Reply> inSession = new ArrayList<>();
        for (Reply reply : of(block).replies()) {
            Reply same = open.getOrDefault(key(reply), new ArrayDeque<>()).poll();
            if (same != null) {
                inBlock.add(reply);
                inSession.add(same);
            }
        }
        return new Shared(new HeldOut(inBlock), new HeldOut(inSession));
    }

    private static List<String> key(Reply reply) {
        return List.of(
                reply.text(), reply.context().get(reply.context().size() - 1).text());
    }

    /** At most so many of them, spread evenly. */
    public HeldOut thinned(int most) {
        if (replies.size() <= most) {
            return this;
        }
        List<Reply> some = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            some.add(replies.get((int) ((long) i * replies.size() / most)));
        }
        return new HeldOut(some);
    }

    /** UTF-8 bytes of the replies. */
    public long bytes() {
        return replies.stream().mapToLong(HeldOut::bytes).sum();
    }

    /** UTF-8 bytes of a reply. */
    static long bytes(Reply reply) {
        return reply.text().getBytes(StandardCharsets.UTF_8).length;
    }

    /** -log p per byte of all replies together, by the model at its present strength. */
    public double nllPerByte(Speaker model, int seqLen, Progress progress) {
        List<NativeLoss> losses = model.losses(samples(model.base(), seqLen), true, progress);
        return losses.stream().mapToDouble(NativeLoss::sum).sum() / bytes();
    }

    /** -log p of each reply. */
    double[] nats(Speaker model, int seqLen, Progress progress) {
        List<Conversation> single =
                replies.stream().map(reply -> conversation(List.of(reply))).toList();
        List<EncodedConversation> samples = Examples.of(single, model.base(), seqLen, progress).list().stream()
                .map(Example::encoded)
                .toList();
        return model.losses(samples, true, progress).stream()
                .mapToDouble(NativeLoss::sum)
                .toArray();
    }

    /** What the model reads: every reply once, those of one conversation together where they fit. */
    List<EncodedConversation> samples(BaseModel base, int seqLen) {
        List<EncodedConversation> samples = new ArrayList<>();
        for (List<Reply> together : conversations()) {
            Example whole = example(together, base, seqLen);
            if (whole.cut() && together.size() > 1) {
                together.forEach(reply ->
                        samples.add(example(List.of(reply), base, seqLen).encoded()));
            } else {
                samples.add(whole.encoded());
            }
        }
        return samples;
    }

    /** Neighbours of which each goes on where the one before ends. */
    private List<List<Reply>> conversations() {
        List<List<Reply>> all = new ArrayList<>();
        for (Reply reply : replies) {
            List<Reply> open = all.isEmpty() ? List.of() : all.get(all.size() - 1);
            if (open.isEmpty() || !goesOn(open.get(open.size() - 1), reply)) {
                all.add(new ArrayList<>(List.of(reply)));
            } else {
                open.add(reply);
            }
        }
        return all;
    }

    private static boolean goesOn(Reply earlier, Reply later) {
        List<Turn> before = earlier.prompt().turns();
        List<Turn> after = later.prompt().turns();
        return after.size() > before.size()
                && after.get(before.size()).content().equals(earlier.text())
                && after.subList(0, before.size()).equals(before);
    }

    private static Example example(List<Reply> together, BaseModel base, int seqLen) {
        return Examples.of(List.of(conversation(together)), base, seqLen, Progress.NONE)
                .list()
                .get(0);
    }

    /** One conversation that learns these replies and nothing else. */
    private static Conversation conversation(List<Reply> together) {
        Set<Integer> learned = new HashSet<>();
        together.forEach(reply -> learned.add(reply.prompt().turns().size()));
        Reply last = together.get(together.size() - 1);
        List<Turn> turns = new ArrayList<>();
        for (Turn turn : last.prompt().turns()) {
            turns.add(new Turn(turn.role(), turn.content(), learned.contains(turns.size())));
        }
        turns.add(new Turn(Role.ASSISTANT, last.text(), true));
        return new Conversation(turns);
    }
}
