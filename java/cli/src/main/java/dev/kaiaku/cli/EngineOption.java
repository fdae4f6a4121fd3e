package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.engine.EngineKind;
import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.chat.engine.FlashAttention;
import dev.kaiaku.chat.engine.KvType;
import dev.kaiaku.chat.engine.LlamaBuild;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which llama.cpp runs a persona, and how. */
final class EngineOption {
    private static final Map<String, EngineKind> KINDS =
            Map.of("auto", EngineKind.AUTO, "java-llama", EngineKind.JAVA_LLAMA, "libllama", EngineKind.LIBLLAMA);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "java-llama (llama.cpp of 2025, on the CPU), libllama (llama.cpp of today; built once, a few"
                    + " minutes), or auto: the first where it knows the model (default: auto).")
    private String engine = "auto";

    @Option(
            names = "--engine-lib",
            paramLabel = "FILE",
            description = "A libllama of your own, release 0.5, such as one built for your GPU.")
    private @Nullable Path library;

    @Option(names = "--context", paramLabel = "N", description = "Tokens of the conversation it sees (default: 4096).")
    private int context = EngineOptions.defaults().contextTokens();

    @Option(names = "--threads", paramLabel = "N", description = "0 for one per processor (default: 0).")
    private int threads;

    @Option(
            names = "--gpu-layers",
            paramLabel = "N",
            description = "Layers on the GPU, -1 for all where the engine has one (default: -1).")
    private int gpuLayers = EngineOptions.ALL_LAYERS;

    @Option(names = "--flash-attention", paramLabel = "auto|on|off", description = "Default: auto.")
    private FlashAttention flashAttention = FlashAttention.AUTO;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            description = "How the context is kept: f32, f16, q8_0, q5_1, q5_0, q4_1, q4_0 (default: f16).")
    private KvType kvType = KvType.F16;

    @Option(
            names = "--adapter",
            paramLabel = "FILE.gguf",
            description = "A LoRA adapter that `export --to gguf-lora` wrote, applied to a base model while it runs.")
    private @Nullable Path adapter;

    @Option(
            names = "--strength",
            paramLabel = "X",
            description = "Factor of the adapter: 1 as trained, 0 the base alone (default: 1).")
    private double strength = 1;

    /** Opens a persona; builds libllama before where it was asked for and is not there. */
    Persona open(Path file, ChatOptions options, int slots, Console console) {
        EngineOptions engineOptions = options(slots);
        boolean build = engineOptions.kind() == EngineKind.LIBLLAMA
                && library == null
                && LlamaBuild.library().isEmpty();
        if (build) {
            console.err().println("libllama is not there yet; building it once.");
            try (ProgressLine progress = new ProgressLine(console)) {
                LlamaBuild.run(progress);
            }
        }
        return Persona.open(file, options, engineOptions);
    }

    /** How many threads compute. */
    int resolvedThreads() {
        return options(1).resolvedThreads();
    }

    private EngineOptions options(int slots) {
        @Nullable EngineKind kind = KINDS.get(engine.toLowerCase(Locale.ROOT));
        if (kind == null) {
            throw new ParameterException(
                    spec.commandLine(), "--engine " + engine + ": expected auto, java-llama or libllama");
        }
        try {
            return EngineOptions.defaults()
                    .withKind(kind)
                    .withLibrary(library)
                    .withContextTokens(context)
                    .withSlots(slots)
                    .withThreads(threads)
                    .withGpuLayers(gpuLayers)
                    .withFlashAttention(flashAttention)
                    .withKvType(kvType)
                    .withAdapter(adapter, strength);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
