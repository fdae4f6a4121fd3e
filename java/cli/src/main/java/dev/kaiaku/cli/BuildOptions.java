package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DurationText;
import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a dataset is made of, and how. */
final class BuildOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "EXPORT", description = ReadOptions.EXPORTS)
    private List<Path> exports;

    @Option(names = "--persona", required = true, paramLabel = "NAME|ID", description = "Whom to imitate.")
    private String persona;

    @Mixin
    private ReadOptions reading;

    @Option(
            names = "--context",
            paramLabel = "RULE",
            description =
                    "What stands before a reply: session (a conversation of several turns) or block (what was said"
                            + " since the persona's last reply) (default: session).")
    private ContextRule context = ContextRule.SESSION;

    @Option(
            names = "--history-lines",
            paramLabel = "N",
            description = "Lines of a session before a reply at the most (default: 40).")
    private @Nullable Integer historyLines;

    @Option(
            names = "--starters",
            description = "Learn what the persona says to nobody too, as the start of a conversation.")
    private boolean starters;

    @Mixin
    private SelectOptions select;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            description = "Share of the samples to hold out, the latest ones (default: 0.1).")
    private @Nullable Double validation;

    @Option(
            names = "--guard",
            paramLabel = "TIME",
            description = "Time before the replies held out from which nothing is learned (default: 1h).")
    private @Nullable String guard;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "A system message to train with; chat then uses it too (default: none).")
    private @Nullable String system;

    @Option(
            names = "--canaries",
            paramLabel = "N",
            split = ",",
            description = "Plant made-up secrets among the samples, one for each number, that many times: such as"
                    + " 1,10,100. `eval` then measures how well the model knows them by heart (default: none).")
    private List<Integer> canaries = List.of();

    List<Path> exports() {
        return exports;
    }

    String persona() {
        return persona;
    }

    /**
     * The dataset's options.
     *
     * @throws ParameterException for a value out of range
     */
    DatasetOptions resolve() {
        return resolve(context, 0);
    }

    /** As {@link #resolve()}, with another rule of context. */
    DatasetOptions resolve(ContextRule rule) {
        return resolve(rule, 0);
    }

    /** As {@link #resolve()}, with a number of threads; 0: one for each processor. */
    DatasetOptions resolve(int threads) {
        return resolve(context, threads);
    }

    private DatasetOptions resolve(ContextRule rule, int threads) {
        try {
            DatasetOptions.Builder options = reading.resolve()
                    .context(rule)
                    .starters(starters)
                    .system(system)
                    .canaries(canaries)
                    .threads(threads);
            options.selection(select.resolve());
            Boolean score = select.score();
            if (score != null) {
                options.score(score);
            }
            if (historyLines != null) {
                options.historyLines(historyLines);
            }
            if (validation != null) {
                options.validation(validation);
            }
            if (guard != null) {
                options.guard(DurationText.parse(guard));
            }
            return options.build();
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
