package dev.kaiaku.cli;

import dev.kaiaku.chat.Persona;
import dev.kaiaku.dataset.BadInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chat}: one reply, a reply to every line that is piped in, or a conversation on a terminal. */
@Command(
        name = "chat",
        description = "Talk to a persona.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train chat ana/persona.gguf --as joao",
            "  kaiaku-train chat ana/persona.gguf --prompt \"bora jogar?\" --seed 7",
            "  kaiaku-train chat base.gguf --adapter ana/adapter.gguf --strength 0.7",
            "  echo \"oi\" | kaiaku-train chat ana/persona.gguf"
        })
final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE.gguf", description = "What `kaiaku-train export` or `run` wrote.")
    private Path file;

    @Option(names = "--as", paramLabel = "NAME", description = "Your name in the conversation (default: you).")
    private String author = "you";

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Say this, print the reply, and leave.")
    private @Nullable String prompt;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "Take what would be typed, commands too, from a file; print the conversation.")
    private @Nullable Path script;

    @Mixin
    private ReplyOption reply;

    @Mixin
    private EngineOption engine;

    ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Persona persona = engine.open(file, reply.options(file), 1, console)) {
            boolean terminal = console.inTerminal() && console.outTerminal() && prompt == null && script == null;
            ChatSession session = new ChatSession(persona, author, console.out(), terminal);
            if (prompt != null) {
                session.answer(prompt);
            } else if (script != null) {
                play(session, script);
            } else if (terminal) {
                new ChatTerminal(session).run();
            } else {
                answerLines(session);
            }
            return ExitCode.DONE;
        }
    }

    private void play(ChatSession session, Path lines) {
        try {
            for (String line : Files.readAllLines(lines)) {
                console.out().println(TerminalText.safe(session.author() + "> " + line));
                if (!session.type(line)) {
                    return;
                }
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(lines + ": no such file; --script reads lines to say from it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(lines + ": " + e.getMessage(), e);
        }
    }

    private void answerLines(ChatSession session) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    session.answer(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("standard input: " + e.getMessage(), e);
        }
    }
}
