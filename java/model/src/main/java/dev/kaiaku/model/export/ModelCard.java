package dev.kaiaku.model.export;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.KaiakuVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code README.md} beside an exported model: what it is made of and how it was measured, for the people who
 * get it. Holds no text of the chat.
 */
public final class ModelCard {
    private static final String FILE = "README.md";
    private static final String TAG = "kaiaku";

    private final PersonaInfo persona;
    private final Provenance provenance;
    private final @Nullable DatasetSummary data;
    private final List<Path> files = new ArrayList<>();
    private final List<String> evaluation = new ArrayList<>();

    /** @param data null where the dataset is not at hand */
    public ModelCard(PersonaInfo persona, Provenance provenance, @Nullable DatasetSummary data) {
        this.persona = persona;
        this.provenance = provenance;
        this.data = data;
    }

    /** Lists a file, with its size. */
    public ModelCard file(Path file) {
        files.add(file);
        return this;
    }

    /** Adds lines of Markdown on how good it is. */
    public ModelCard evaluation(List<String> lines) {
        evaluation.addAll(lines);
        return this;
    }

    /**
     * Writes the card.
     *
     * @return false where a {@code README.md} of somebody else stands there, which stays
     */
    public boolean write(Path folder) {
        Path file = folder.resolve(FILE);
        if (Files.exists(file) && !ours(file)) {
            return false;
        }
        AtomicFile.write(file, text());
        return true;
    }

    private static boolean ours(Path file) {
        try {
            String text = Files.readString(file);
            return text.startsWith("---\n") && text.contains("\n- " + TAG + "\n");
        } catch (IOException e) {
            return false;
        }
    }

    String text() {
        StringBuilder out = new StringBuilder("---\nbase_model: ").append(yaml(provenance.base()));
        out.append("\nlicense: ").append(provenance.licence() == null ? "unknown" : yaml(provenance.licence()));
        out.append("\npipeline_tag: text-generation\ntags:\n- ").append(TAG).append("\n- lora\n---\n\n");
        out.append("# ").append(markdown(persona.name())).append("\n\n");
        out.append("A language model that writes like one member of a group chat, made with kAIaku ");
        out.append(KaiakuVersion.current()).append(" on its owner's machine.\n\n");
        out.append("**Keep it private.** It learned from what people wrote in private, and can repeat it word for");
        out.append(" word. Share it only if everybody who wrote in that chat agrees.\n\n## Made of\n\n");
        out.append("| | |\n| --- | --- |\n");
        row(out, "base", provenance.base());
        row(out, "licence of the base", provenance.licence() == null ? "unknown" : provenance.licence());
        row(out, "conversation format", persona.format().id());
        row(out, "strength of the adapter", String.format(Locale.ROOT, "%.4g", provenance.strength()));
        row(out, "SHA-256 of the samples", provenance.datasetSha256());
        row(out, "SHA-256 of the adapter", provenance.adapterSha256());
        if (data != null) {
            appendData(out, data);
        }
        if (!evaluation.isEmpty()) {
            out.append("\n## Measured\n\n");
            evaluation.forEach(line -> out.append(line).append('\n'));
        }
        if (!files.isEmpty()) {
            out.append("\n## Files\n\n| file | MiB |\n| --- | --- |\n");
            files.forEach(file -> row(out, file.getFileName().toString(), mebibytes(file)));
        }
        return out.toString();
    }

    private static void appendData(StringBuilder out, DatasetSummary data) {
        out.append("\n## Learned from\n\n| | |\n| --- | --- |\n");
        row(out, "messages read", count(data.messages()));
        row(out, "people in them", count(data.authors()));
        row(out, "from", data.from());
        row(out, "to", data.to());
        row(out, "messages of the persona in samples", count(data.personaMessagesKept()));
        row(out, "samples learned", count(data.trainSamples()));
        row(out, "samples held out to measure", count(data.validationSamples()));
    }

    private static void row(StringBuilder out, String name, @Nullable String value) {
        if (value != null) {
            out.append("| ")
                    .append(markdown(name))
                    .append(" | ")
                    .append(markdown(value))
                    .append(" |\n");
        }
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String mebibytes(Path file) {
        try {
            return String.format(Locale.ROOT, "%.1f", Files.size(file) / (double) (1 << 20));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String yaml(String text) {
        return "\"" + text.replaceAll("[\\p{Cntrl}]", " ").replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String markdown(String text) {
        return text.replaceAll("[\\p{Cntrl}]", " ").replaceAll("([\\\\`*_{}\\[\\]<>#|!])", "\\\\$1");
    }
}
