package dev.kaiaku.cli;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetPreview.Span;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Samples as the tokens of one base, by the code that training uses. */
final class TokenPreview implements AutoCloseable {
    private static final String BAR = "¦";

    private final BaseModel base;
    private final ConversationEncoder encoder;

    private TokenPreview(BaseModel base) {
        this.base = base;
        this.encoder = new ConversationEncoder(
                base.tokenizer(), base.chatFormat(), base.tokenizer().addBos());
    }

    static TokenPreview open(Path base) {
        return new TokenPreview(BaseModels.open(base));
    }

    MarkedText.Sample sample(Conversation conversation, String why) {
        EncodedConversation encoded = encoder.encode(conversation);
        String title =
                "sample of " + encoded.tokens().length + " tokens, " + encoded.targetCount() + " of them learned";
        return new MarkedText.Sample(title, why, spans(encoded));
    }

    @Override
    public void close() {
        base.close();
    }

    private List<Span> spans(EncodedConversation encoded) {
        List<Span> spans = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= encoded.tokens().length; i++) {
            if (i == encoded.tokens().length || encoded.targets()[i] != encoded.targets()[start]) {
                boolean learned = encoded.targets()[start];
                List<String> pieces = pieces(Arrays.copyOfRange(encoded.tokens(), start, i));
                spans.add(new Span(String.join(learned ? BAR : "", pieces), learned));
                start = i;
            }
        }
        return spans;
    }

    /** Texts of tokens; those that share the bytes of a character are one text. */
    private List<String> pieces(int[] tokens) {
        Tokenizer tokenizer = base.tokenizer();
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < tokens.length; i++) {
            String text = tokenizer.data().types().get(tokens[i]) == TokenType.CONTROL
                    ? tokenizer.data().tokens().get(tokens[i])
                    : tokenizer.decode(Arrays.copyOfRange(tokens, start, i + 1));
            if (!text.endsWith("\uFFFD") || i == tokens.length - 1) {
                pieces.add(text);
                start = i + 1;
            }
        }
        return pieces;
    }
}
