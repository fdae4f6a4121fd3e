package dev.kaiaku.trainer;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ConversationEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The conversations of a file as a base sees them.
 *
 * @param list in the order of the file
 * @param dropped conversations without anything to learn
 */
record Examples(List<Example> list, int dropped) {
    private static final int AT_ONCE = 1000;

    static Examples read(Path jsonl, BaseModel base, int seqLen, Progress progress) {
        boolean addBos = base.tokenizer().addBos();
        ConversationEncoder encoder = new ConversationEncoder(base.tokenizer(), base.chatFormat(), addBos);
        List<Conversation> conversations = ConversationFile.read(jsonl);
        List<Example> examples = new ArrayList<>();
        for (int start = 0; start < conversations.size(); start += AT_ONCE) {
            int end = Math.min(start + AT_ONCE, conversations.size());
            conversations.subList(start, end).parallelStream()
                    .map(conversation -> Example.of(encoder.encode(conversation), seqLen, addBos))
                    .filter(example -> example.targets() > 0)
                    .forEachOrdered(examples::add);
            progress.report("tokenising", end, conversations.size());
        }
        return new Examples(examples, conversations.size() - examples.size());
    }

    int longest() {
        return list.stream().mapToInt(Example::length).max().orElse(0);
    }

    long tokens() {
        return list.stream().mapToLong(Example::length).sum();
    }

    long targets() {
        return list.stream().mapToLong(Example::targets).sum();
    }

    int cut() {
        return (int) list.stream().filter(Example::cut).count();
    }
}
