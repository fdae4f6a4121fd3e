package dev.kaiaku.trainer.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.export.llama.PromptParity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was lost at each step from the base to a file: the same held-out replies, predicted by each.
 *
 * @param samples held-out conversations that were used
 * @param targets reply tokens in them
 * @param parity of tokens and prompts, null where there is no GGUF file
 * @param warnings what is not as it should be and what to try, a line each
 */
public record Ladder(
        int samples,
        long targets,
        List<Rung> rungs,
        @Nullable PromptParity parity,
        List<String> warnings) {
    /** Name of the file beside the exported ones. */
    public static final String FILE = "ladder.json";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    public Ladder {
        rungs = List.copyOf(rungs);
        warnings = List.copyOf(warnings);
    }

    /** Writes it for programs. */
    public void write(Path file) {
        try {
            AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What {@link #write} wrote.
     *
     * @throws BadInputException for a file that is none
     */
    public static Ladder read(Path file) {
        try {
            return JSON.readValue(Files.readString(file), Ladder.class);
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": not a ladder; export again with --verify", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Whether every rung keeps its limit, and tokens and prompts are the same. */
    public boolean holds() {
        return warnings.isEmpty();
    }

    /** The ladder as a table for a terminal. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, "NLL per reply token of %,d held-out conversations (%,d tokens):", samples, targets));
        int width = rungs.stream().mapToInt(rung -> rung.name().length()).max().orElse(0);
        for (Rung rung : rungs) {
            lines.add(String.format(
                            Locale.ROOT,
                            "  %-" + width + "s  %8s  %-9s  %s",
                            rung.name(),
                            nll(rung),
                            rung.by(),
                            rung.changeText())
                    .stripTrailing());
        }
        parityText().ifPresent(lines::add);
        warnings.forEach(warning -> lines.add("Warning: " + warning));
        return lines;
    }

    /** The ladder as a table in Markdown. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "Mean -log p of a reply token, over %,d held-out conversations (%,d reply tokens).",
                samples,
                targets));
        lines.add("");
        lines.add("| step | NLL | change | computed by |");
        lines.add("| --- | --- | --- | --- |");
        for (Rung rung : rungs) {
            lines.add("| " + rung.name() + " | " + nll(rung) + " | " + rung.changeText() + " | " + rung.by() + " |");
        }
        parityText().ifPresent(text -> lines.addAll(List.of("", text)));
        return lines;
    }

    private static String nll(Rung rung) {
        return Double.isNaN(rung.nll()) ? "-" : String.format(Locale.ROOT, "%.4f", rung.nll());
    }

    /** What came of comparing tokens and prompts. */
    Optional<String> parityText() {
        if (parity == null) {
            return Optional.empty();
        }
        String tokens = parity.otherTokens() == 0
                ? "llama.cpp reads the same tokens"
                : "llama.cpp reads OTHER tokens in " + parity.otherTokens();
        String prompts = switch (Integer.signum(parity.otherPrompts())) {
            case 0 -> "and writes the same prompts";
            case 1 -> "and writes OTHER prompts in " + parity.otherPrompts();
            default -> "and does not know the chat template by itself";
        };
        return Optional.of(
                String.format(Locale.ROOT, "Of %,d conversations, %s %s.", parity.conversations(), tokens, prompts));
    }
}
