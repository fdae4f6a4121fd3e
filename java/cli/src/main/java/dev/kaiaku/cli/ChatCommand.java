package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chat}: one reply, a reply to every line that is piped in, or a conversation on a terminal. */
@Command(
        name = "chat",
        description = "Talk to a persona.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train chat ana/persona.gguf --as joao",
            "  kaiaku-train chat ana/persona.gguf --prompt \"bora jogar?\" --seed 7",
            "  echo \"oi\" | kaiaku-train chat ana/persona.gguf"
        })
final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.gguf", description = "What `kaiaku-train export` or `run` wrote.")
    private Path file;

    @Option(names = "--as", paramLabel = "NAME", description = "Your name in the conversation (default: you).")
    private String author = "you";

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Say this, print the reply, and leave.")
    private @Nullable String prompt;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 writes the likeliest reply, 1 as varied as the training text (default: 0.8).")
    private double temperature = ChatOptions.defaults().temperature();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes replies repeatable (default: a new one each time).")
    private int seed = ChatOptions.RANDOM;

    ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Persona persona = Persona.open(file, options())) {
            Conversation chat = persona.conversation();
            if (prompt != null) {
                answer(chat, prompt);
            } else if (console.inTerminal() && console.outTerminal()) {
                new ChatTerminal(persona, author).run();
            } else {
                answerLines(chat);
            }
            return ExitCode.DONE;
        }
    }

    private ChatOptions options() {
        try {
            return ChatOptions.defaults().withTemperature(temperature).withSeed(seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }

    private void answerLines(Conversation chat) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    answer(chat, line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("standard input: " + e.getMessage(), e);
        }
    }

    private void answer(Conversation chat, String text) {
        chat.say(author, text, piece -> {
            console.out().print(TerminalText.safe(piece));
            console.out().flush();
        });
        console.out().println();
    }
}
