package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DurationText;
import dev.kaiaku.dataset.csv.CsvColumns;
import dev.kaiaku.dataset.export.ExportFormat;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the messages of an export are read, cleaned and cut into sessions. */
final class ReadOptions {
    static final String EXPORTS = "What DiscordChatExporter (CSV, JSON or HTML), WhatsApp or Telegram exported, a table"
            + " or JSON Lines: files, or folders of them, such as all parts of an export that was cut.";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "auto, csv, discord-csv, discord-html, discord-json, messages, telegram or whatsapp"
                    + " (default: auto, by content).")
    private String format = "auto";

    @Option(
            names = "--columns",
            paramLabel = "author=A,time=T,text=X",
            description = "Columns of a table of another program; name= and channel= may be there too.")
    private @Nullable String columns;

    @Option(
            names = "--alias",
            paramLabel = "OLD=NEW",
            description = "Count what OLD wrote as NEW's: two accounts of one person, by id or name. May be repeated.")
    private Map<String, String> aliases = new LinkedHashMap<>();

    @Option(
            names = "--names",
            paramLabel = "real|alias",
            description = "Keep people's names, or call them Person 1, Person 2 and so on (default: real).")
    private Names names = Names.REAL;

    @Option(
            names = "--max-bad-rows",
            paramLabel = "SHARE",
            description = "Share of the rows that may be unreadable (default: 0.01).")
    private @Nullable Double maxBadRows;

    @Option(
            names = "--gap",
            paramLabel = "TIME",
            description = "A pause that ends a session, such as 90s, 5m or 1h (default: 5m).")
    private @Nullable String gap;

    @Option(
            names = "--clean",
            paramLabel = "on|off",
            description = "Drop system messages, commands, bare links and floods, and tidy text; off also ends the"
                    + " distance between training and validation (default: on).")
    private Switch clean = Switch.ON;

    @Option(
            names = "--media",
            paramLabel = "drop|mark",
            description = "Leave pictures and the like out, or keep marks such as <image> (default: drop).")
    private MediaMode media = MediaMode.DROP;

    @Option(
            names = "--scrub",
            paramLabel = "on|off",
            description = "Replace e-mail addresses, numbers of phones and cards and the like (default: as --clean).")
    private @Nullable Switch scrub;

    @Option(
            names = "--scrub-extra",
            paramLabel = "FILE",
            description = "A list of own words and phrases to replace too, one a line.")
    private @Nullable Path scrubExtra;

    /** On or off. */
    enum Switch {
        ON,
        OFF
    }

    /** What people are called. */
    enum Names {
        REAL,
        ALIAS
    }

    /** What becomes of pictures, sounds and the like. */
    enum MediaMode {
        DROP,
        MARK
    }

    /**
     * The options so far.
     *
     * @throws BadInputException for a value out of range
     */
    DatasetOptions.Builder resolve() {
        DatasetOptions.Builder options = DatasetOptions.builder()
                .format(ExportFormat.byId(format))
                .columns(columns == null ? null : CsvColumns.parse(columns))
                .aliases(aliases)
                .pseudonyms(names == Names.ALIAS)
                .clean(clean == Switch.ON)
                .markMedia(media == MediaMode.MARK)
                .scrubWords(scrubExtra);
        if (scrub != null) {
            options.scrub(scrub == Switch.ON);
        }
        if (gap != null) {
            options.gap(DurationText.parse(gap));
        }
        if (maxBadRows != null) {
            options.maxBadRows(maxBadRows);
        }
        return options;
    }
}
