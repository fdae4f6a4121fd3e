package dev.kaiaku.cli;

import dev.kaiaku.chat.Said;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.eval.Evaluator;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.serve.GameServer;
import dev.kaiaku.serve.ServeOptions;
import dev.kaiaku.serve.game.Game;
import dev.kaiaku.serve.game.Round;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --game}: a page on which people tell real replies from made ones. */
final class GameOptions {
    private static final int FEWEST_ROUNDS = 5;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--game",
            description = "Serve a page on this machine that asks which of two replies is the real one, until Ctrl-C;"
                    + " nothing else is measured.")
    private boolean game;

    @Option(names = "--port", paramLabel = "N", description = "Of the page; 0 for a free one (default: 8081).")
    private int port = 8081;

    @Option(
            names = "--game-out",
            paramLabel = "FILE",
            description = "Where the judges' results go, after each answer (default: game.json in the data's folder).")
    private @Nullable Path out;

    boolean wanted() {
        return game;
    }

    /** Serves until somebody stops it; returns the exit code. */
    int play(Evaluator evaluator, Path data, long seed, Console console, JsonOption json) throws InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(spec.commandLine(), "--port " + port + ": expected 0 to 65535");
        }
        List<Round> rounds = rounds(evaluator.asked(), evaluator.answers());
        if (rounds.size() < FEWEST_ROUNDS) {
            throw new dev.kaiaku.dataset.BadInputException(data + ": " + rounds.size()
                    + " held-out replies can be asked about, a game needs " + FEWEST_ROUNDS
                    + "; build the data set with a larger --validation");
        }
        Path file = out != null ? out : data.resolve("game.json");
        Game played = new Game(evaluator.persona(), rounds, seed, (right, asked) -> {
            Interval share = Interval.wilson(right, asked);
            return new double[] {share.low(), share.high()};
        });
        ServeOptions address = ServeOptions.defaults().withAddress("127.0.0.1", port);
        try (GameServer server = GameServer.start(played, address, results -> AtomicFile.write(file, results))) {
            console.out().println("Which one is real? " + server.url() + "/");
            console.err().println("Results go to " + file + ". Ctrl-C stops.");
            console.out().flush();
            ServeCommand.untilStopped();
        }
        json.print(console, new Summary().game(played));
        return ExitCode.DONE;
    }

    /** A round for each context whose two replies differ. */
    private static List<Round> rounds(List<Reply> asked, List<Generated> answers) {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            List<String> real = asked.get(i).messages();
            List<String> made = MessageText.split(answers.get(i).text());
            if (!real.equals(made)) {
                List<Said> context = asked.get(i).context().stream()
                        .map(line -> new Said(line.author(), line.text(), line.own()))
                        .toList();
                rounds.add(new Round(context, real, made));
            }
        }
        return rounds;
    }
}
