package dev.kaiaku.eval.generate;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.samples.ReplyLoop;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.Arrays;
import java.util.List;

/** Replies of a model to conversations. Not thread-safe. */
public final class Generator {
    private static final int MOST_PROMPT_TOKENS = 768;

    private final Speaker model;
    private final boolean useAdapter;
    private final ReplyLoop.Settings settings;
    private final ConversationEncoder encoder;

    public Generator(Speaker model, ReplyLoop.Settings settings) {
        this(model, true, settings);
    }

    /** @param useAdapter whether the adapter takes part, where there is one */
    public Generator(Speaker model, boolean useAdapter, ReplyLoop.Settings settings) {
        this.model = model;
        this.useAdapter = useAdapter;
        this.settings = settings;
        BaseModel base = model.base();
        encoder = new ConversationEncoder(
                base.tokenizer(), base.chatFormat(), base.tokenizer().addBos());
    }

    /** Temperature 0.8, top-p 0.95, 96 tokens, 16 replies at once. */
    public static ReplyLoop.Settings defaults(long seed) {
        return new ReplyLoop.Settings(new Sampler.Settings(0.8, 0.95, 0), 96, 16, seed);
    }

    /** One reply to each conversation, in their order. */
    public List<Generated> replies(List<Conversation> conversations, Progress progress) {
        List<int[]> prompts = conversations.stream().map(this::prompt).toList();
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(1);
        BaseModel base = model.base();
        int end = base.tokenizer().controlId(base.chatFormat().endOfTurn()).orElseThrow();
        try (NativeDecoder decoder = model.decoder(settings.slots(), longest + settings.maxTokens(), useAdapter)) {
            return new ReplyLoop(decoder, base.config().vocabSize(), end, settings)
                    .replies(prompts, progress).stream()
                            .map(reply -> new Generated(
                                    base.tokenizer().decode(reply.tokens()), reply.tokens().length, reply.finished()))
                            .toList();
        }
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
