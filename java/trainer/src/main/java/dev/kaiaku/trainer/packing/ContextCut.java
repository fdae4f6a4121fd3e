package dev.kaiaku.trainer.packing;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.format.EncodedConversation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes conversations fit into a row. The oldest messages go first, whole; an assistant turn goes with the messages
 * before it. Where that leaves more than a twentieth of the row empty, the newest message that went comes back with
 * its end. The system turn, the message that is answered last and its reply stay; where these alone are too long,
 * the first of their tokens go. The end of the last reply always stays. Thread-safe.
 */
final class ContextCut {
    /** A new message starts on every line that is not the continuation of one. */
    private static final Pattern NEXT_MESSAGE = Pattern.compile("\\n(?! {2})");

    /** Share of a row that may stay empty for the sake of whole messages. */
    private static final double WORTH_FILLING = 0.05;

    private static final Pattern AUTHOR = Pattern.compile("\\[[^\\]\\n]+\\]: ");

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
        boolean full = shortest.tokens().length >= (1 - WORTH_FILLING) * seqLen;
        return Example.of(full ? shortest : withEndOfMessage(conversation, most, shortest), true);
    }

    /** The most words of message {@code count} that fit, where without that message it is {@code shortest}. */
    private EncodedConversation withEndOfMessage(Conversation conversation, int count, EncodedConversation shortest) {
        List<String> words = words(conversation, count);
        EncodedConversation longest = shortest;
        int fits = words.size();
        int fitsNot = 0;
        while (fits - fitsNot > 1) {
            int from = (fits + fitsNot) >>> 1;
            String end = String.join(" ", words.subList(from, words.size()));
            EncodedConversation tried = encoder.encode(without(conversation, count, words.get(0) + "… " + end));
            if (tried.tokens().length <= seqLen) {
                fits = from;
                longest = tried;
            } else {
                fitsNot = from;
            }
        }
        return longest;
    }

    /** Author and words of the {@code count}-th message, counted from 1. */
    private static List<String> words(Conversation conversation, int count) {
        String message = conversation.turns().stream()
                .filter(turn -> turn.role() == Role.USER)
                .flatMap(turn -> Stream.of(messages(turn)))
                .skip(count - 1L)
                .findFirst()
                .orElseThrow();
        Matcher author = AUTHOR.matcher(message);
        int start = author.lookingAt() ? author.end() : 0;
        List<String> words = new ArrayList<>(List.of(message.substring(0, start)));
        words.addAll(List.of(message.substring(start).split(" ", -1)));
        return words;
    }

    private static int messagesThatCanGo(Conversation conversation) {
        List<Turn> turns = conversation.turns();
        int count = 0;
        for (int i = 0; i < lastTarget(turns); i++) {
            count += turns.get(i).role() == Role.USER ? messages(turns.get(i)).length : 0;
        }
        return Math.max(0, count - 1);
    }

    private static Conversation without(Conversation conversation, int count) {
        return without(conversation, count, "");
    }

    /**
     * Without the {@code count} oldest messages, and without assistant turns that came before what is left.
     *
     * @param end what stands for the newest of them; empty for nothing
     */
    private static Conversation without(Conversation conversation, int count, String end) {
        List<Turn> kept = new ArrayList<>();
        int left = count;
        boolean userKept = count == 0;
        for (Turn turn : conversation.turns()) {
            if (turn.role() == Role.SYSTEM || userKept) {
                kept.add(turn);
            } else if (turn.role() == Role.USER) {
                List<String> messages = new ArrayList<>(List.of(messages(turn)));
                int gone = Math.min(left, messages.size());
                boolean endsHere = gone > 0 && gone == left && !end.isEmpty();
                messages.subList(0, gone).clear();
                if (endsHere) {
                    messages.add(0, end);
                }
                left -= gone;
                if (!messages.isEmpty()) {
                    kept.add(new Turn(Role.USER, String.join("\n", messages)));
                    userKept = true;
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
