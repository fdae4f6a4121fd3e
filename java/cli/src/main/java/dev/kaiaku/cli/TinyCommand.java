package dev.kaiaku.cli;

import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.format.ChatFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code models tiny}: a base model with random weights. */
@Command(
        name = "tiny",
        description = "Make a base model with random weights, to try things out without a download.",
        showDefaultValues = true,
        footer = {
            "",
            "Examples:",
            "  kaiaku-train models tiny my-tiny --hidden 256 --feed-forward 768 --layers 4",
            "",
            "In the sizes of Qwen2.5-1.5B:",
            "  kaiaku-train models tiny large --architecture qwen2 --hidden 1536 --layers 28 --feed-forward 8960 \\",
            "      --heads 12 --kv-heads 2 --context 32768 --vocab 151936 --tokenizer FOLDER_OF_QWEN"
        })
final class TinyCommand implements Callable<Integer> {
    private static final TinySpec DEFAULTS = TinySpec.defaults(Architecture.LLAMA);

    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder to write.")
    private Path out;

    @Option(names = "--architecture", paramLabel = "llama|qwen2|qwen3|gemma3", description = "Family of the model.")
    private Architecture architecture = DEFAULTS.architecture();

    @Option(names = "--hidden", paramLabel = "N", description = "Width.")
    private int hidden = DEFAULTS.hiddenSize();

    @Option(names = "--layers", paramLabel = "N", description = "Number of layers.")
    private int layers = DEFAULTS.layers();

    @Option(names = "--feed-forward", paramLabel = "N", description = "Width of the feed-forward part.")
    private int intermediate = DEFAULTS.intermediateSize();

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads.")
    private int heads = DEFAULTS.heads();

    @Option(names = "--kv-heads", paramLabel = "N", description = "Heads of keys and values.")
    private int kvHeads = DEFAULTS.kvHeads();

    @Option(names = "--head-dim", paramLabel = "N", description = "Values in a head; 0 shares the width.")
    private int headDim = DEFAULTS.headDim();

    @Option(names = "--context", paramLabel = "N", description = "Longest context in tokens.")
    private int context = DEFAULTS.contextLength();

    @Option(names = "--merges", paramLabel = "N", description = "Merges of its tokeniser.")
    private int merges = DEFAULTS.merges();

    @Option(names = "--type", paramLabel = "F32|BF16", description = "Type of the weights.")
    private TensorType type = DEFAULTS.type();

    @Option(names = "--untied", description = "Give it an output matrix of its own.")
    private boolean untied;

    @Option(
            names = "--tokenizer",
            paramLabel = "chatml|gemma|mistral|DIR",
            description = "Whose control tokens it has: byte-level BPE for chatml (default), SentencePiece for gemma"
                    + " (default of gemma3) and mistral; or a folder with the tokenizer.json to take.")
    private @Nullable String tokenizer;

    @Option(
            names = "--vocab",
            paramLabel = "N",
            description = "With the tokeniser of a folder: rows of the embedding; 0 for as many as it has tokens.")
    private int vocab;

    @Option(names = "--seed", paramLabel = "N", description = "Of the weights.")
    private long seed = DEFAULTS.seed();

    TinyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        @Nullable Path folder = tokenizer != null && Files.isDirectory(Path.of(tokenizer)) ? Path.of(tokenizer) : null;
        if (folder == null && vocab != 0) {
            throw new ParameterException(spec.commandLine(), "--vocab is for --tokenizer DIR");
        }
        ChatFormat chosen = tokenizer == null || folder != null
                ? TinySpec.defaults(architecture).format()
                : ChatFormat.byId(tokenizer);
        TinySpec sizes = new TinySpec(
                architecture,
                hidden,
                layers,
                intermediate,
                heads,
                kvHeads,
                headDim,
                context,
                !untied,
                chosen,
                merges,
                type,
                seed);
        try {
            if (folder == null) {
                TinyBase.write(out, sizes);
            } else {
                TinyBase.write(out, sizes, folder, vocab);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
        console.out().println("Wrote " + out);
        return ExitCode.DONE;
    }
}
