package dev.kaiaku.model.export.ollama;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.export.PersonaInfo;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What Ollama is told of a persona: the GGUF file, how conversations are written (Go's template language), where
 * replies end, how they are drawn, and the system message.
 */
public final class Modelfile {
    /** Name of the file. */
    public static final String NAME = "Modelfile";

    private static final int FENCE = 3;

    private Modelfile() {}

    /**
     * How replies are drawn.
     *
     * @param contextTokens how much of a conversation is seen
     */
    public record Sampling(double temperature, double topP, double minP, double repeatPenalty, int contextTokens) {}

    /**
     * Writes {@code Modelfile} into the folder of the GGUF file.
     *
     * @param gguf a file in that folder
     * @throws BadInputException where the persona's format cannot be told to Ollama
     */
    public static void write(Path gguf, PersonaInfo persona, Sampling sampling) {
        AtomicFile.write(gguf.resolveSibling(NAME), text(gguf.getFileName().toString(), persona, sampling));
    }

    static String text(String gguf, PersonaInfo persona, Sampling sampling) {
        StringBuilder out = new StringBuilder();
        out.append("FROM ./").append(gguf).append('\n');
        out.append("TEMPLATE ")
                .append(quoted(persona.format().ollamaTemplate()))
                .append('\n');
        if (persona.system() != null) {
            out.append("SYSTEM ").append(quoted(persona.system())).append('\n');
        }
        for (String control : persona.format().controls()) {
            out.append("PARAMETER stop \"").append(control).append("\"\n");
        }
        parameter(out, "temperature", sampling.temperature());
        parameter(out, "top_p", sampling.topP());
        parameter(out, "min_p", sampling.minP());
        parameter(out, "repeat_penalty", sampling.repeatPenalty());
        out.append("PARAMETER num_ctx ").append(sampling.contextTokens()).append('\n');
        return out.toString();
    }

    private static void parameter(StringBuilder out, String name, double value) {
        out.append("PARAMETER ")
                .append(name)
                .append(' ')
                .append(String.format(Locale.ROOT, "%.4g", value))
                .append('\n');
    }

    private static String quoted(String text) {
        String fence = "\"".repeat(FENCE);
        if (text.contains(fence)) {
            throw new BadInputException("the system message holds " + fence + ", which a Modelfile cannot");
        }
        return fence + text + fence;
    }
}
