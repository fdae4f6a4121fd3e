package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DurationText;
import dev.kaiaku.dataset.export.ExportFormat;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    @Parameters(
            arity = "1..*",
            paramLabel = "EXPORT",
            description = "What DiscordChatExporter (CSV or JSON), WhatsApp or Telegram exported: files, or folders of"
                    + " them, such as all parts of an export that was cut.")
    private List<Path> exports;

    @Option(names = "--persona", required = true, paramLabel = "NAME|ID", description = "Whom to imitate.")
    private String persona;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "auto, discord-csv, discord-json, telegram or whatsapp (default: auto, by content).")
    private String format = "auto";

    @Option(
            names = "--gap",
            paramLabel = "TIME",
            description = "A pause that ends a session, such as 90s, 5m or 1h (default: 5m).")
    private @Nullable String gap;

    @Option(names = "--clean", paramLabel = "on|off", description = "Drop system messages and tidy text (default: on).")
    private Switch clean = Switch.ON;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            description = "Share of the samples to hold out, the latest ones (default: 0.1).")
    private @Nullable Double validation;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "A system message to train with; chat then uses it too (default: none).")
    private @Nullable String system;

    /** On or off. */
    enum Switch {
        ON,
        OFF
    }

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
        DatasetOptions options = DatasetOptions.defaults();
        try {
            return options.withGap(gap == null ? options.gap() : DurationText.parse(gap))
                    .withFormat(ExportFormat.byId(format))
                    .withClean(clean == Switch.ON)
                    .withValidation(validation == null ? options.validation() : validation)
                    .withSystem(system);
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
