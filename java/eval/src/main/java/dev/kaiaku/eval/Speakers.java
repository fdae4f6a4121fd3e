package dev.kaiaku.eval;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.eval.baseline.MarkovChain;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.generate.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Those who answer the held-out contexts: models, and what a model has to be better than. */
public final class Speakers {
    private static final int EXAMPLES = 3;

    private final EvalData data;
    private final List<Reply> asked;
    private final long seed;

    /**
     * Everybody answers the same contexts.
     *
     * @param replies how many, spread evenly over the held-out replies that answer something
     */
    public Speakers(EvalData data, int replies, long seed) {
        this.data = data;
        this.seed = seed;
        List<Reply> answering = data.answering();
        int n = Math.min(replies, answering.size());
        asked = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            asked.add(answering.get((int) ((long) i * answering.size() / n)));
        }
    }

    /** The held-out replies whose contexts are answered. */
    public List<Reply> asked() {
        return List.copyOf(asked);
    }

    /** A model that was trained to be the persona. */
    public List<Generated> persona(Generator generator, Progress progress) {
        return generator.replies(asked.stream().map(Reply::prompt).toList(), progress);
    }

    /** A model that is only told whom to be. */
    public List<Generated> told(Generator generator, Progress progress) {
        return generator.replies(
                asked.stream().map(reply -> withSystem(reply.prompt(), task())).toList(), progress);
    }

    /** A model that is told whom to be and shown three of the person's replies. */
    public List<Generated> shown(Generator generator, Progress progress) {
        StringBuilder text =
                new StringBuilder(task()).append(" Examples of what ").append(data.persona());
        text.append(" wrote:");
        for (int i = 0; i < EXAMPLES; i++) {
            Reply example = data.learned().get(i * (data.learned().size() - 1) / EXAMPLES);
            text.append("\n").append(example.text());
        }
        return generator.replies(
                asked.stream()
                        .map(reply -> withSystem(reply.prompt(), text.toString()))
                        .toList(),
                progress);
    }

    /** Held-out replies of the person, each to another context: right tone, no sense. */
    public List<Generated> anyReply() {
        List<Generated> replies = new ArrayList<>(asked.stream()
                .map(reply -> new Generated(reply.text(), 0, true))
                .toList());
        Collections.rotate(replies, 1 + new Random(seed).nextInt(Math.max(1, replies.size() - 1)));
        return replies;
    }

    /**
     * Words that follow each other as the person's do, in held-out replies: those that are learned from taught
     * the measure of style, which would flatter them.
     */
    public List<Generated> markovChain() {
        MarkovChain chain = new MarkovChain(data.heldOut());
        Random random = new Random(seed);
        return asked.stream()
                .map(reply -> new Generated(chain.reply(random), 0, true))
                .toList();
    }

    private String task() {
        return "You are " + data.persona() + ", a member of a group chat. Write the next message of " + data.persona()
                + ", in the style of the chat, and nothing else.";
    }

    private static Conversation withSystem(Conversation prompt, String text) {
        List<Turn> turns = new ArrayList<>();
        turns.add(new Turn(Role.SYSTEM, text));
        prompt.turns().stream().filter(turn -> turn.role() != Role.SYSTEM).forEach(turns::add);
        return new Conversation(turns);
    }
}
