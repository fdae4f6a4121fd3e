package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.hub.BaseFetcher;
import dev.kaiaku.model.hub.Catalogue;
import dev.kaiaku.model.hub.CatalogueEntry;
import dev.kaiaku.model.hub.ModelInspection;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code models}: base models to train. */
@Command(name = "models", description = "List base models, download one, or look into one.")
final class ModelsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, pull, inspect or tiny");
    }

    /** {@code models list}. */
    @Command(name = "list", description = "List the base models that have a short name.")
    static final class ListModels implements Callable<Integer> {
        private final Console console;

        ListModels(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            BaseFetcher fetcher = new BaseFetcher();
            PrintWriter out = console.out();
            out.printf(Locale.ROOT, "%-24s %8s  %-20s %-5s %s%n", "NAME", "SIZE", "LICENCE", "HERE", "NOTE");
            for (CatalogueEntry entry : Catalogue.load().entries()) {
                String here = fetcher.find(entry.name()).isPresent() ? "yes" : "no";
                out.printf(
                        Locale.ROOT,
                        "%-24s %8s  %-20s %-5s %s%n",
                        entry.name(),
                        size(entry.parameters()),
                        entry.licence(),
                        here,
                        note(entry));
            }
            return ExitCode.DONE;
        }

        private static String note(CatalogueEntry entry) {
            String gated = entry.gated() ? "needs HF_TOKEN" : "";
            String reason = entry.trainable() || entry.reason() == null ? "" : entry.reason();
            return gated + (gated.isEmpty() || reason.isEmpty() ? "" : "; ") + reason;
        }
    }

    /** {@code models pull}. */
    @Command(
            name = "pull",
            description = "Download a base model, or check that it is here, and print where it lies.",
            footer = {"", "Example:", "  kaiaku-train models pull smollm2-135m"})
    static final class Pull implements Callable<Integer> {
        private final Console console;

        @Parameters(paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
        private String model;

        Pull(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            console.out().println(Pipeline.fetch(model, console));
            return ExitCode.DONE;
        }
    }

    /** {@code models inspect}. */
    @Command(
            name = "inspect",
            description = "Show what a base model is made of.",
            footer = {"", "Example:", "  kaiaku-train models inspect smollm2-135m"})
    static final class Inspect implements Callable<Integer> {
        private final Console console;

        @Parameters(paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
        private String model;

        Inspect(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            try (BaseModel base = BaseModels.open(Pipeline.fetch(model, console))) {
                PrintWriter out = console.out();
                print(ModelInspection.of(base, model), out);
                out.println("chat format   " + chatFormat(base));
            }
            return ExitCode.DONE;
        }

        private static void print(ModelInspection found, PrintWriter out) {
            ModelConfig config = found.config();
            int tensors = found.tensors().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            out.println("name          " + found.name());
            out.println("file          " + found.path());
            out.println("licence       " + (found.licence() == null ? "unknown" : found.licence()));
            out.println("architecture  " + config.architecture().ggufName());
            out.println("parameters    " + size(found.parameters()) + " in " + tensors + " tensors " + found.tensors()
                    + ", " + TrainingDisplay.bytes(found.bytes()));
            out.println("layers        " + config.layers() + " of width " + config.hiddenSize() + ", feed-forward "
                    + config.intermediateSize());
            out.println("attention     " + config.heads() + " heads of " + config.headDim() + ", " + config.kvHeads()
                    + " for keys and values");
            out.println("context       " + config.contextLength() + " tokens");
            out.println("tokeniser     " + found.preTokenizer() + ", " + config.vocabSize() + " tokens, "
                    + found.addedTexts().size() + " of them added");
        }

        private static String chatFormat(BaseModel base) {
            try {
                return base.chatFormat().id();
            } catch (BadInputException e) {
                return "none, so it cannot be trained (" + Failures.oneLine(e) + ")";
            }
        }
    }

    static String size(long parameters) {
        return parameters >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.1fB", parameters / 1e9)
                : String.format(Locale.ROOT, "%.0fM", parameters / 1e6);
    }
}
