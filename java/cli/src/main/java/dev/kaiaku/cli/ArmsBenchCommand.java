package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.tune.Contest;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.samples.Sampler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench arms}. */
@Command(
        name = "arms",
        description = "Compare runs on the same held-out replies, whatever rule of context they were trained with: NLL"
                + " per byte against the first run's, tone and sense, with intervals.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train bench arms old/run new/run --block data-block --session data-session",
            "  kaiaku-train bench arms old/run new/run@1.1@0.65@0.1 --block test-block --session test-session --json"
        })
final class ArmsBenchCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN[@STRENGTH[@TEMPERATURE[@MIN-P]]]",
            description = "Runs of one base; how much of each adapter to apply, and how to draw its replies"
                    + " (default: 1, 0.8, 0.05).")
    private List<String> runs;

    @Option(names = "--block", required = true, paramLabel = "DIR", description = "Built with --context block.")
    private Path block;

    @Option(names = "--session", required = true, paramLabel = "DIR", description = "Built with --context session.")
    private Path session;

    @Option(names = "--predict", paramLabel = "N", description = "Replies for NLL, at the most (default: 400).")
    private int predicted = 400;

    @Option(names = "--replies", paramLabel = "N", description = "Replies to generate (default: 200).")
    private int replies = 200;

    @Option(names = "--seed", paramLabel = "N", description = "Of the replies (default: 1).")
    private long seed = 1;

    ArmsBenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Contest.Entrant> entrants = runs.stream().map(this::entrant).toList();
        Contest contest = new Contest(EvalData.read(block), EvalData.read(session), predicted, replies, seed);
        Summary summary =
                new Summary().line("NLL on " + contest.replies() + " replies:").line(Contest.Standing.heads());
        try (ProgressLine progress = new ProgressLine(console);
                BaseModel base = BaseModels.open(
                        Path.of(RunFile.read(entrants.get(0).run()).basePath()))) {
            for (Contest.Entrant entrant : entrants) {
                Contest.Standing standing = contest.measure(entrant, base, progress);
                progress.println(standing.line());
                summary.standing(standing);
            }
        }
        json.print(console, summary);
        return ExitCode.DONE;
    }

    private Contest.Entrant entrant(String text) {
        String[] parts = text.split("@", -1);
        ChatOptions usual = ChatOptions.defaults();
        try {
            double strength = parts.length > 1 ? Double.parseDouble(parts[1]) : 1;
            double temperature = parts.length > 2 ? Double.parseDouble(parts[2]) : usual.temperature();
            double minP = parts.length > 3 ? Double.parseDouble(parts[3]) : usual.minP();
            Sampler.Settings sampling = new Sampler.Settings(temperature, usual.topP(), minP);
            return new Contest.Entrant(Path.of(parts[0]), strength, sampling);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), text + ": expected RUN@STRENGTH@TEMPERATURE@MIN-P, such as ana/run@0.9", e);
        }
    }
}
