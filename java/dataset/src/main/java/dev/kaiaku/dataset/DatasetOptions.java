package dev.kaiaku.dataset;

import dev.kaiaku.dataset.export.ExportFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an export becomes a dataset.
 *
 * @param format of the files, or null to go by their content
 * @param gap a pause of this length or longer between neighbours ends a session
 * @param clean whether messages are cleaned: system messages dropped, text composed (NFC), invisible characters
 *     and spaces at the ends removed, line breaks indented
 * @param validation share of the samples to hold out, at least; whole sessions, the latest ones
 * @param system text of a system turn at the start of every conversation, or null for none
 */
public record DatasetOptions(
        @Nullable ExportFormat format,
        Duration gap,
        boolean clean,
        double validation,
        @Nullable String system) {
    public DatasetOptions {
        if (gap.isNegative() || gap.isZero()) {
            throw new BadInputException("--gap " + gap + ": should be longer than nothing, such as 5m");
        }
        if (!(validation >= 0 && validation < 1)) {
            throw new BadInputException(
                    "--validation " + validation + ": should be a share from 0 up to 1, such as 0.1");
        }
    }

    /** Five minutes, cleaned, a tenth held out, no system turn. */
    public static DatasetOptions defaults() {
        return new DatasetOptions(null, Duration.ofMinutes(5), true, 0.1, null);
    }

    public DatasetOptions withFormat(@Nullable ExportFormat value) {
        return new DatasetOptions(value, gap, clean, validation, system);
    }

    public DatasetOptions withGap(Duration value) {
        return new DatasetOptions(format, value, clean, validation, system);
    }

    public DatasetOptions withClean(boolean value) {
        return new DatasetOptions(format, gap, value, validation, system);
    }

    public DatasetOptions withValidation(double value) {
        return new DatasetOptions(format, gap, clean, value, system);
    }

    public DatasetOptions withSystem(@Nullable String value) {
        return new DatasetOptions(format, gap, clean, validation, value);
    }
}
