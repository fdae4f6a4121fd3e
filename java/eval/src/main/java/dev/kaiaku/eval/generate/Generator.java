package dev.kaiaku.eval.generate;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replies to many conversations at once: as many as there are slots grow together, and where one ends the next
 * begins. Each draws from random numbers of its own, so that the order doesn't matter. Not thread-safe.
 */
public final class Generator {
    private static final int MOST_PROMPT_TOKENS = 768;

    private final Speaker model;
    private final Settings settings;
    private final ConversationEncoder encoder;
    private final int end;
    private final int vocabSize;

    /**
     * How replies are made.
     *
     * @param maxTokens longest reply
     * @param slots replies that grow together
     * @param seed of the first conversation; the others count up
     */
    public record Settings(Sampler.Settings sampling, int maxTokens, int slots, long seed) {
        /** Temperature 0.8, top-p 0.95, 96 tokens, 16 at once. */
        public static Settings defaults(long seed) {
            return new Settings(new Sampler.Settings(0.8, 0.95, 0), 96, 16, seed);
        }
    }

    /** A reply that grows in a slot. */
    private static final class Growing {
        private final int index;
        private final Sampler sampler;
        private final int[] tokens;
        private int length;
        private int next;

        Growing(int index, Sampler sampler, int maxTokens) {
            this.index = index;
            this.sampler = sampler;
            this.tokens = new int[maxTokens];
        }
    }

    public Generator(Speaker model, Settings settings) {
        this.model = model;
        this.settings = settings;
        BaseModel base = model.base();
        encoder = new ConversationEncoder(
                base.tokenizer(), base.chatFormat(), base.tokenizer().addBos());
        end = base.tokenizer().controlId(base.chatFormat().endOfTurn()).orElseThrow();
        vocabSize = base.config().vocabSize();
    }

    /** One reply to each conversation, in their order. */
    public List<Generated> replies(List<Conversation> conversations, Progress progress) {
        List<int[]> prompts = conversations.stream().map(this::prompt).toList();
        Generated[] replies = new Generated[prompts.size()];
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(1);
        int slots = Math.max(1, Math.min(settings.slots(), prompts.size()));
        try (NativeDecoder decoder = model.decoder(slots, longest + settings.maxTokens())) {
            Growing[] growing = new Growing[slots];
            int begun = 0;
            int done = 0;
            while (done < replies.length) {
                for (int slot = 0; slot < slots && begun < replies.length; slot++) {
                    if (growing[slot] == null) {
                        growing[slot] = begin(decoder, slot, begun, prompts.get(begun));
                        begun++;
                    }
                }
                done += step(decoder, growing, replies);
                progress.report("generating", done, replies.length);
            }
        }
        return Arrays.asList(replies);
    }

    private Growing begin(NativeDecoder decoder, int slot, int index, int[] prompt) {
        Growing reply =
                new Growing(index, new Sampler(settings.sampling(), settings.seed() + index), settings.maxTokens());
        reply.next = reply.sampler.draw(decoder.prefill(slot, prompt), 0, vocabSize);
        return reply;
    }

    /** Adds a token to every open reply; returns how many ended. */
    private int step(NativeDecoder decoder, Growing[] growing, Generated[] replies) {
        int ended = 0;
        List<Integer> open = new ArrayList<>();
        for (int slot = 0; slot < growing.length; slot++) {
            Growing reply = growing[slot];
            if (reply == null) {
                continue;
            }
            boolean over = reply.next == end || reply.next == Sampler.NONE;
            if (!over) {
                reply.tokens[reply.length++] = reply.next;
            }
            if (over || reply.length == settings.maxTokens()) {
                String text = model.base().tokenizer().decode(Arrays.copyOf(reply.tokens, reply.length));
                replies[reply.index] = new Generated(text, reply.length, reply.next == end);
                growing[slot] = null;
                ended++;
            } else {
                open.add(slot);
            }
        }
        if (!open.isEmpty()) {
            int[] slots = open.stream().mapToInt(Integer::intValue).toArray();
            int[] tokens = open.stream().mapToInt(slot -> growing[slot].next).toArray();
            float[] logits = decoder.step(slots, tokens);
            for (int i = 0; i < slots.length; i++) {
                Growing reply = growing[slots[i]];
                reply.next = reply.sampler.draw(logits, i * vocabSize, vocabSize);
            }
        }
        return ended;
    }

    /** The prompt; of one that is too long the newest tokens, after a beginning of sequence where there is one. */
    private int[] prompt(Conversation conversation) {
        int[] tokens = encoder.prompt(conversation);
        if (tokens.length <= MOST_PROMPT_TOKENS) {
            return tokens;
        }
        int[] cut = Arrays.copyOfRange(tokens, tokens.length - MOST_PROMPT_TOKENS, tokens.length);
        cut[0] = tokens[0];
        return cut;
    }
}
