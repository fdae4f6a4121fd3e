package dev.kaiaku.eval.data;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.dataset.canary.Canary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A data set as evaluation sees it: the persona's replies, those learned from and those held out, and what other
 * people wrote in both times. Each message is in it once, also where sessions repeat it as history.
 */
public record EvalData(
        String persona, List<Reply> learned, List<Reply> heldOut, List<Line> others, List<Line> laterOthers) {
    public EvalData {
        learned = List.copyOf(learned);
        heldOut = List.copyOf(heldOut);
        others = List.copyOf(others);
        laterOthers = List.copyOf(laterOthers);
    }

    /**
     * The data set in a folder.
     *
     * @throws dev.kaiaku.dataset.BadInputException naming the file and line that cannot be used
     */
    public static EvalData read(Path folder) {
        String persona = DatasetSummary.read(folder).persona().name();
        Set<String> canaries = Canary.read(folder).stream().map(Canary::reply).collect(Collectors.toSet());
        // Nobody said the canaries.
        List<Conversation> learned = ConversationFile.read(folder.resolve(DatasetBuilder.TRAIN)).stream()
                .filter(conversation ->
                        conversation.turns().stream().noneMatch(turn -> canaries.contains(turn.content())))
                .toList();
        Reader train = new Reader(persona, learned);
        Reader validation = new Reader(persona, ConversationFile.read(folder.resolve(DatasetBuilder.VALIDATION)));
        return new EvalData(persona, train.replies, validation.replies, train.others, validation.others);
    }

    /** Held-out replies before which somebody said something. */
    public List<Reply> answering() {
        return heldOut.stream().filter(reply -> !reply.context().isEmpty()).toList();
    }

    /**
     * What each other member wrote later, as bursts without context: messages that follow each other in one reply.
     *
     * @param fewest messages of a member to count
     */
    public List<List<Reply>> laterMembers(int fewest) {
        Map<String, List<Reply>> members = new TreeMap<>();
        Map<String, Integer> messages = new TreeMap<>();
        for (int i = 0; i < laterOthers.size(); ) {
            String author = laterOthers.get(i).author();
            List<String> burst = new ArrayList<>();
            for (; i < laterOthers.size() && laterOthers.get(i).author().equals(author); i++) {
                burst.add(MessageText.fold(laterOthers.get(i).text()));
            }
            members.computeIfAbsent(author, any -> new ArrayList<>())
                    .add(new Reply(new Conversation(List.of()), List.of(), String.join("\n", burst)));
            messages.merge(author, burst.size(), Integer::sum);
        }
        members.keySet().removeIf(author -> messages.getOrDefault(author, 0) < fewest);
        return List.copyOf(members.values());
    }

    /** Conversations taken apart. */
    private static final class Reader {
        private final String persona;
        private final List<Reply> replies = new ArrayList<>();
        private final List<Line> others = new ArrayList<>();

        Reader(String persona, List<Conversation> conversations) {
            this.persona = persona;
            conversations.forEach(this::add);
        }

        private void add(Conversation conversation) {
            List<Line> context = new ArrayList<>();
            List<Turn> turns = conversation.turns();
            int known = lastHistory(turns);
            for (int i = 0; i < turns.size(); i++) {
                Turn turn = turns.get(i);
                if (turn.role() == Role.ASSISTANT) {
                    if (turn.target()) {
                        replies.add(new Reply(new Conversation(turns.subList(0, i)), context, turn.content()));
                    }
                    MessageText.split(turn.content()).forEach(text -> context.add(new Line(persona, text, true)));
                } else if (turn.role() == Role.USER) {
                    for (String text : MessageText.split(turn.content())) {
                        Line line = parse(text);
                        // A conversation that the persona starts has an empty user turn.
                        if (!line.text().isBlank()) {
                            context.add(line);
                            if (i > known) {
                                others.add(line);
                            }
                        }
                    }
                }
            }
        }

        /** Turns up to the last one that is history only stand in an earlier conversation too. */
        private static int lastHistory(List<Turn> turns) {
            int last = -1;
            for (int i = 0; i < turns.size(); i++) {
                if (turns.get(i).role() == Role.ASSISTANT && !turns.get(i).target()) {
                    last = i;
                }
            }
            return last;
        }

        private static Line parse(String message) {
            int close = message.startsWith("[") ? message.indexOf("]: ") : -1;
            return close < 0
                    ? new Line("", message)
                    : new Line(message.substring(1, close), message.substring(close + 3));
        }
    }
}
