package dev.kaiaku.trainer.packing;

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
public record Examples(List<Example> list, int dropped) {
    private static final int AT_ONCE = 1000;

    /** No conversation at all. */
    public static Examples none() {
        return new Examples(List.of(), 0);
    }

    /** Reads a file of conversations, each cut to {@code seqLen} tokens. */
    public static Examples read(Path jsonl, BaseModel base, int seqLen, Progress progress) {
        return of(ConversationFile.read(jsonl), base, seqLen, progress);
    }

    /** Encodes conversations, each cut to {@code seqLen} tokens. */
    public static Examples of(List<Conversation> conversations, BaseModel base, int seqLen, Progress progress) {
        boolean addBos = base.tokenizer().addBos();
        ConversationEncoder encoder = new ConversationEncoder(base.tokenizer(), base.chatFormat(), addBos);
        ContextCut cut = new ContextCut(encoder, addBos, seqLen);
        List<Example> examples = new ArrayList<>();
        for (int start = 0; start < conversations.size(); start += AT_ONCE) {
            int end = Math.min(start + AT_ONCE, conversations.size());
            conversations.subList(start, end).parallelStream()
                    .map(cut::fit)
                    .filter(example -> example.targets() > 0)
                    .forEachOrdered(examples::add);
            progress.report("tokenising", end, conversations.size());
        }
        return new Examples(examples, conversations.size() - examples.size());
    }

    /** Tokens of the longest; 0 where there is none. */
    public int longest() {
        return list.stream().mapToInt(Example::length).max().orElse(0);
    }

    public long tokens() {
        return list.stream().mapToLong(Example::length).sum();
    }

    public long targets() {
        return list.stream().mapToLong(Example::targets).sum();
    }

    /** Examples that lost their beginning. */
    public int cut() {
        return (int) list.stream().filter(Example::cut).count();
    }
}
