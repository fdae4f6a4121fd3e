package dev.kaiaku.cli;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetPreview;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
            "  kaiaku-train dataset preview ana/data --base smollm2-135m -n 1",
            "",
            "With --base the text is cut where that base's tokens end, and learned tokens are told apart by a bar."
        })
final class PreviewCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "What `dataset build` wrote.")
    private Path data;

    @Option(names = "--base", paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
    private @Nullable String base;

    @Option(names = "-n", paramLabel = "N", description = "How many samples (default: 5).")
    private int count = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Chooses other samples (default: 0).")
    private long seed;

    PreviewCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Conversation> samples = DatasetPreview.choose(data, count, seed);
        MarkedText marks = new MarkedText(console);
        if (base == null) {
            for (Conversation sample : samples) {
                marks.heading("sample in ChatML, marked by character");
                marks.spans(DatasetPreview.render(sample));
            }
            return ExitCode.DONE;
        }
        try (TokenPreview preview = TokenPreview.open(Pipeline.fetch(base, console))) {
            samples.forEach(sample -> preview.show(sample, marks));
        }
        return ExitCode.DONE;
    }
}
