package dev.kaiaku.eval.generate;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Ending;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Said;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.eval.data.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Replies of an exported file as people get them in a chat: by llama.cpp, one after another. */
public final class EngineReplies {
    private EngineReplies() {}

    /**
     * One reply to each context.
     *
     * @param options their seed is that of the first reply, the others count up
     */
    public static List<Generated> of(Persona persona, List<Reply> asked, ChatOptions options, Progress progress) {
        List<Generated> replies = new ArrayList<>();
        for (Reply reply : asked) {
            try (Conversation chat = persona.conversation(said(reply, persona.name()))) {
                chat.options(options.withSeed((options.seed() + replies.size()) & Integer.MAX_VALUE));
                dev.kaiaku.chat.Reply made = chat.reply();
                String text = made.messages().stream().map(MessageText::fold).collect(Collectors.joining("\n"));
                Ending ending = made.ending();
                replies.add(new Generated(
                        text, made.stats().tokens(), ending != Ending.LENGTH, ending == Ending.OTHER_SPEAKER));
            }
            progress.report("generating", replies.size(), asked.size());
        }
        return replies;
    }

    /** What stands before a reply; the data set's persona is the file's. */
    private static List<Said> said(Reply reply, String persona) {
        List<Said> said = new ArrayList<>();
        reply.context().forEach(line -> {
            boolean own = line.own();
            said.add(new Said(own ? persona : line.author(), line.text(), own));
        });
        return said;
    }
}
