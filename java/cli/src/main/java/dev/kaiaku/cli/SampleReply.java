package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a new persona says to something that was held out from training. */
final class SampleReply {
    private static final Pattern LINE = Pattern.compile("\\[([^\\]\\n]+)\\]: ([^\\n]*(?:\\n(?!\\[)[^\\n]*)*)");
    private static final int SEED = 1;

    private SampleReply() {}

    /** Prints the last lines that somebody said in a sample of {@code data}, and the persona's reply to them. */
    static void print(Path gguf, Path data, PrintWriter out) {
        try (Persona persona = Persona.open(gguf, ChatOptions.of(gguf).withSeed(SEED))) {
            dev.kaiaku.chat.Conversation chat = persona.conversation();
            Matcher lines = LINE.matcher(somethingSaid(data));
            while (lines.find()) {
                String text = lines.group(2).replace("\n  ", "\n");
                chat.hear(lines.group(1), text);
                out.println(TerminalText.safe(lines.group(1) + "> " + text));
            }
            String name = persona.name() + "> ";
            out.print(name);
            out.println(TerminalText.safe(chat.reply().text()).replace("\n", "\n" + name));
        }
    }

    private static String somethingSaid(Path data) {
        List<Conversation> held = ConversationFile.read(data.resolve(DatasetBuilder.VALIDATION));
        List<Conversation> samples = held.isEmpty() ? ConversationFile.read(data.resolve(DatasetBuilder.TRAIN)) : held;
        return samples.stream()
                .flatMap(sample -> sample.turns().stream())
                .filter(turn -> turn.role() == Role.USER)
                .map(Turn::content)
                .filter(content -> LINE.matcher(content).lookingAt())
                .reduce((first, second) -> second)
                .orElse("[you]: hi!");
    }
}
