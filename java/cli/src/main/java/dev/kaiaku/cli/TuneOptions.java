package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DurationText;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Whether settings are searched for, and for how long. */
final class TuneOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--tune",
            description = "Compare rules of context, learning rates, ranks, strengths and ways to draw replies on this"
                    + " chat first, and go on with the best; --context, --lr and --rank are where it starts.")
    private boolean wanted;

    @Option(
            names = "--tune-budget",
            paramLabel = "TIME",
            description = "About how long --tune may take, such as 20m or 3h (default: ${DEFAULT-VALUE}).",
            defaultValue = "60m")
    private String budget;

    boolean wanted() {
        return wanted;
    }

    /** @throws ParameterException for a text that is no time */
    Duration budget() {
        try {
            return DurationText.parse(budget);
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
