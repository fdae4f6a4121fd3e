package dev.kaiaku.cli;

import dev.kaiaku.chat.Persona;
import dev.kaiaku.serve.discord.DiscordBot;
import dev.kaiaku.serve.discord.DiscordOptions;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code discord}: a bot on Discord, until it is stopped. */
@Command(
        name = "discord",
        description = "Let a persona answer on Discord, as a bot that says that it is one.",
        footer = {
            "",
            "Example:",
            "  DISCORD_TOKEN=... kaiaku-train discord ana/persona.gguf --token-env DISCORD_TOKEN --server 123456789",
            "",
            "The bot is made in Discord's developer portal; it needs the intent \"message content\" and",
            "the permissions to view channels, send messages and read their history."
        })
final class DiscordCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.gguf", description = "What `kaiaku-train export` or `run` wrote.")
    private Path file;

    @Option(
            names = "--token-env",
            paramLabel = "VARIABLE",
            required = true,
            description = "Environment variable with the bot's token.")
    private String tokenVariable;

    @Option(
            names = "--server",
            paramLabel = "ID",
            description = "A server that it may speak in; may be given several times (default: all that invited it).")
    private Set<Long> servers = new HashSet<>();

    @Option(
            names = "--channel",
            paramLabel = "ID",
            description = "A channel that it may speak in; may be given several times (default: all).")
    private Set<Long> channels = new HashSet<>();

    @Option(
            names = "--chattiness",
            paramLabel = "P",
            description = "Probability of answering what is not addressed to it, 0 to 1 (default: 0).")
    private double chattiness;

    @Option(names = "--history", paramLabel = "N", description = "Messages of the channel it reads (default: 30).")
    private int history = 30;

    @Option(names = "--per-minute", paramLabel = "N", description = "Most replies in a channel (default: 6).")
    private int perMinute = 6;

    @Mixin
    private ReplyOption reply;

    @Mixin
    private EngineOption engine;

    DiscordCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        @Nullable String token = System.getenv(tokenVariable);
        if (token == null || token.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "--token-env " + tokenVariable + ": that variable is not set");
        }
        DiscordOptions options = options();
        try (Persona persona = engine.open(file, reply.options(file), 1, console);
                DiscordBot bot = DiscordBot.start(persona, token.strip(), options)) {
            bot.awaitReady();
            console.err().println(persona.name() + " (a machine) is on Discord. Ctrl-C stops.");
            ServeCommand.untilStopped();
            return ExitCode.DONE;
        }
    }

    private DiscordOptions options() {
        try {
            return new DiscordOptions(servers, channels, chattiness, history, perMinute);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
