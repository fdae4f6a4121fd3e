package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetPreview;
import dev.kaiaku.dataset.DatasetPreview.Chosen;
import dev.kaiaku.dataset.DatasetPreview.Order;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dataset preview}: some samples as training sees them, what is learned marked. */
@Command(
        name = "preview",
        description = "Show some samples with what is learned marked: green on a terminal, else [[so]].",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train dataset preview ana/data",
            "  kaiaku-train dataset preview ana/data --worst -n 20",
            "  kaiaku-train dataset preview ana/data --base smollm2-135m -n 1",
            "",
            "With --base the text is cut where that base's tokens end, and learned tokens are told apart by a bar."
        })
final class PreviewCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Parameters(paramLabel = "DIR", description = "What `dataset build` wrote.")
    private Path data;

    @Option(names = "--base", paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
    private @Nullable String base;

    @Option(names = "-n", paramLabel = "N", description = "How many samples (default: 5).")
    private int count = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Chooses other samples (default: 0).")
    private long seed;

    @ArgGroup
    private Choice choice = new Choice();

    /** Which samples; random ones unless told otherwise. */
    static final class Choice {
        @Option(names = "--best", description = "The samples of the highest scores.")
        private boolean best;

        @Option(names = "--worst", description = "The samples of the lowest scores.")
        private boolean worst;

        @Option(names = "--random", description = "Any samples (default).")
        private boolean random;

        Order order() {
            if (random || best == worst) {
                return Order.RANDOM;
            }
            return best ? Order.BEST : Order.WORST;
        }
    }

    PreviewCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Chosen> chosen = DatasetPreview.choose(data, count, choice.order(), seed);
        List<MarkedText.Sample> samples = base == null ? byCharacter(chosen) : byToken(chosen, base);
        if (json.wanted()) {
            Summary summary = new Summary();
            samples.forEach(summary::sample);
            json.print(console, summary);
        } else {
            MarkedText marks = new MarkedText(console);
            samples.forEach(marks::print);
        }
        return ExitCode.DONE;
    }

    private static List<MarkedText.Sample> byCharacter(List<Chosen> chosen) {
        return chosen.stream()
                .map(sample -> new MarkedText.Sample(
                        "sample in ChatML, marked by character",
                        sample.why(),
                        DatasetPreview.render(sample.conversation())))
                .toList();
    }

    private List<MarkedText.Sample> byToken(List<Chosen> chosen, String model) {
        try (TokenPreview preview = TokenPreview.open(Pipeline.fetch(model, console))) {
            return chosen.stream()
                    .map(sample -> preview.sample(sample.conversation(), sample.why()))
                    .toList();
        }
    }
}
