package dev.kaiaku.trainer.packing;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.format.EncodedConversation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes conversations fit into a row. The oldest messages go first, whole; an assistant turn goes with the messages
 * before it. The system turn, the message that is answered last and its reply stay; where these alone are too long,
 * the first of their tokens go. The end of the last reply always stays. Thread-safe.
 */
final class ContextCut {
    /** A new message starts on every line that is not the continuation of one. */
    private static final Pattern NEXT_MESSAGE = Pattern.compile("\\n(?! {2})");

    private final ConversationEncoder encoder;
    private final boolean addBos;
    private final int seqLen;

    ContextCut(ConversationEncoder encoder, boolean addBos, int seqLen) {
        this.encoder = encoder;
        this.addBos = addBos;
        this.seqLen = seqLen;
    }

    /** At most {@code seqLen} tokens of a conversation. */
    Example fit(Conversation conversation) {
        EncodedConversation whole = encoder.encode(conversation);
        if (whole.tokens().length <= seqLen) {
            return Example.of(whole, false);
        }
        int most = messagesThatCanGo(conversation);
        int fewest = 0;
        EncodedConversation shortest = encoder.encode(without(conversation, most));
        if (shortest.tokens().length > seqLen) {
            return Example.end(shortest, seqLen, addBos);
        }
        // Invariant: without `most` messages it fits, without `fewest` it does not.
        while (most - fewest > 1) {
            int middle = (fewest + most) >>> 1;
            EncodedConversation tried = encoder.encode(without(conversation, middle));
            if (tried.tokens().length <= seqLen) {
                most = middle;
                shortest = tried;
            } else {
                fewest = middle;
            }
        }
        return Example.of(shortest, true);
    }

    private static int messagesThatCanGo(Conversation conversation) {
        List<Turn> turns = conversation.turns();
        int count = 0;
        for (int i = 0; i < lastTarget(turns); i++) {
            count += turns.get(i).role() == Role.USER ? messages(turns.get(i)).length : 0;
        }
        return Math.max(0, count - 1);
    }

    /** Without the {@code count} oldest messages, and without assistant turns that came before what is left. */
    private static Conversation without(Conversation conversation, int count) {
        List<Turn> kept = new ArrayList<>();
        int left = count;
        boolean userKept = count == 0;
        for (Turn turn : conversation.turns()) {
            if (turn.role() == Role.SYSTEM || userKept) {
                kept.add(turn);
            } else if (turn.role() == Role.USER) {
                String[] messages = messages(turn);
                if (left < messages.length) {
                    kept.add(new Turn(
                            Role.USER, String.join("\n", List.of(messages).subList(left, messages.length))));
                    userKept = true;
                } else {
                    left -= messages.length;
                }
            }
        }
        return new Conversation(kept);
    }

    private static String[] messages(Turn turn) {
        return NEXT_MESSAGE.split(turn.content(), -1);
    }

    private static int lastTarget(List<Turn> turns) {
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (turns.get(i).target()) {
                return i;
            }
        }
        return 0;
    }
}
