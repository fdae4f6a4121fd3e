package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.serve.PersonaServer;
import dev.kaiaku.serve.ServeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code serve}: an OpenAI-compatible server and a web page, until it is stopped. */
@Command(
        name = "serve",
        description = "Serve a persona to programs, by OpenAI's API, and to people, on a web page.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train serve ana/persona.gguf",
            "  TOKEN=secret kaiaku-train serve ana/persona.gguf --host 0.0.0.0 --token-env TOKEN",
            "",
            "Addresses: / the page, /v1/chat/completions, /v1/completions, /v1/models, /health, /metrics."
        })
final class ServeCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.gguf", description = "What `kaiaku-train export` or `run` wrote.")
    private Path file;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where to listen (default: 127.0.0.1).")
    private String host = ServeOptions.defaults().host();

    @Option(names = "--port", paramLabel = "N", description = "0 for a free one (default: 8080).")
    private int port = ServeOptions.defaults().port();

    @Option(
            names = "--token-env",
            paramLabel = "VARIABLE",
            description = "Environment variable with the token that callers have to send; needed where others than"
                    + " this machine can reach the address.")
    private @Nullable String tokenVariable;

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "Another name of this server, as callers put it into addresses; may be given several times.")
    private Set<String> hostNames = new HashSet<>();

    @Option(names = "--slots", paramLabel = "N", description = "Replies written at the same time (default: 2).")
    private int slots = 2;

    @Option(names = "--queue", paramLabel = "N", description = "Requests that may wait for a slot (default: 16).")
    private int queue = ServeOptions.defaults().queue();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "The longest a reply may take (default: 120).")
    private int timeout = (int) ServeOptions.defaults().timeout().toSeconds();

    @Mixin
    private ReplyOption reply;

    @Mixin
    private EngineOption engine;

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        check(port >= 0 && port <= 65_535, "--port " + port + ": expected 0 to 65535");
        check(slots >= 1 && queue >= 0 && timeout >= 1, "expected --slots and --timeout from 1, --queue from 0");
        @Nullable String token = token();
        ServeOptions options = ServeOptions.defaults()
                .withAddress(host, port)
                .withToken(token)
                .withHostNames(hostNames)
                .withQueue(queue)
                .withTimeouts(
                        Duration.ofSeconds(timeout), ServeOptions.defaults().writeTimeout());
        ChatOptions chatOptions = reply.options(file);
        try (Persona persona = engine.open(file, chatOptions, slots, console);
                PersonaServer server = start(persona, chatOptions, options)) {
            console.out().println(persona.name() + " (a machine) at " + server.url() + "/");
            console.err().println(persona.engine() + ". Ctrl-C stops.");
            console.out().flush();
            untilStopped();
            return ExitCode.DONE;
        }
    }

    private PersonaServer start(Persona persona, ChatOptions chatOptions, ServeOptions options) {
        try {
            return PersonaServer.start(persona, chatOptions, slots, options);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e) + "; --token-env names one", e);
        }
    }

    private @Nullable String token() {
        if (tokenVariable == null) {
            return null;
        }
        @Nullable String token = System.getenv(tokenVariable);
        check(token != null && !token.isBlank(), "--token-env " + tokenVariable + ": that variable is not set");
        return token;
    }

    static void untilStopped() throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        @Nullable Object interrupt = Signals.register("INT", stopped::countDown);
        @Nullable Object terminate = Signals.register("TERM", stopped::countDown);
        try {
            stopped.await();
        } finally {
            Signals.unregister("INT", interrupt);
            Signals.unregister("TERM", terminate);
        }
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
