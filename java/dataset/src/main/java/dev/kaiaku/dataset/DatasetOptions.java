package dev.kaiaku.dataset;

import dev.kaiaku.dataset.canary.Canary;
import dev.kaiaku.dataset.csv.CsvColumns;
import dev.kaiaku.dataset.export.ExportFormat;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.dataset.selection.SelectionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an export becomes a dataset.
 *
 * @param format of the files, or null to go by their content
 * @param columns where author, time and text stand in a table of another program, or null for the names that are known
 * @param aliases accounts by name or id, and the name or id of the person whose they are
 * @param pseudonyms whether people get names such as {@code Person 3} in the place of their own
 * @param maxBadRows share of the rows that may be unreadable
 * @param clean whether messages are cleaned: system messages, commands, bare links and floods dropped, text composed (NFC), markup
 *     and invisible characters removed, line breaks indented; without it, nothing is held back between training and
 *     validation either
 * @param markMedia whether pictures, sounds and the like stay as marks such as {@code <image>}
 * @param scrub whether private details become placeholders
 * @param scrubWords a file with words and phrases that become placeholders too, or null for none
 * @param gap a pause of this length or longer between neighbours ends a session
 * @param context how sessions become samples
 * @param historyLines lines of a session that stand before a reply at the most, with {@link ContextRule#SESSION}
 * @param starters whether what the persona says to nobody is learned too, after an empty user turn
 * @param validation share of the replies to hold out, at least; whole sessions, the latest ones
 * @param guard sessions that end less than this before the first one held out are neither learned nor held out
 * @param selection which replies are worth learning
 * @param score whether replies are scored, so that the samples tell how good they are; limits of the selection need it
 * @param system text of a system turn at the start of every conversation, or null for none
 * @param canaries made-up secrets planted among the samples to learn, one for each number of times
 * @param threads that clean and write; 0: all processors; the result does not depend on it
 */
public record DatasetOptions(
        @Nullable ExportFormat format,
        @Nullable CsvColumns columns,
        Map<String, String> aliases,
        boolean pseudonyms,
        double maxBadRows,
        boolean clean,
        boolean markMedia,
        boolean scrub,
        @Nullable Path scrubWords,
        Duration gap,
        ContextRule context,
        int historyLines,
        boolean starters,
        double validation,
        Duration guard,
        SelectionOptions selection,
        boolean score,
        @Nullable String system,
        List<Integer> canaries,
        int threads) {
    private static final int MOST_TIMES = 1000;

    /** @throws BadInputException for a value out of range, naming its option */
    public DatasetOptions {
        if (gap.isNegative() || gap.isZero()) {
            throw new BadInputException("--gap " + gap + ": should be longer than nothing, such as 5m");
        }
        share("validation", validation);
        share("max-bad-rows", maxBadRows);
        if (historyLines < 1) {
            throw new BadInputException("--history-lines " + historyLines + ": should be 1 or more, such as 40");
        }
        boolean plantable = canaries.size() <= Canary.most()
                && canaries.stream().allMatch(times -> times >= 1 && times <= MOST_TIMES);
        if (!plantable) {
            throw new BadInputException("--canaries " + canaries + ": should be up to " + Canary.most()
                    + " numbers from 1 to " + MOST_TIMES + ", such as 1,10,100");
        }
        aliases = Map.copyOf(aliases);
        canaries = List.copyOf(canaries);
    }

    /** As {@link Builder} starts. */
    public static DatasetOptions defaults() {
        return builder().build();
    }

    /** Starts from {@link #defaults}. */
    public static Builder builder() {
        return new Builder();
    }

    private static void share(String option, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new BadInputException(
                    "--" + option + " " + value + ": should be a share from 0 up to 1, such as 0.1");
        }
    }

    /** Sets some options and leaves the others at their defaults; names are those of the record. */
    public static final class Builder {
        private @Nullable ExportFormat format;
        private @Nullable CsvColumns columns;
        private Map<String, String> aliases = Map.of();
        private boolean pseudonyms;
        private double maxBadRows = 0.01;
        private boolean clean = true;
        private boolean markMedia;
        private @Nullable Boolean scrub;
        private @Nullable Path scrubWords;
        private Duration gap = Duration.ofMinutes(5);
        private ContextRule context = ContextRule.SESSION;
        private int historyLines = 40;
        private boolean starters;
        private double validation = 0.1;
        private Duration guard = Duration.ofHours(1);
        private SelectionOptions selection = SelectionOptions.ALL;
        private @Nullable Boolean score;
        private @Nullable String system;
        private List<Integer> canaries = List.of();
        private int threads;

        private Builder() {}

        public Builder format(@Nullable ExportFormat value) {
            format = value;
            return this;
        }

        public Builder columns(@Nullable CsvColumns value) {
            columns = value;
            return this;
        }

        public Builder aliases(Map<String, String> value) {
            aliases = value;
            return this;
        }

        public Builder pseudonyms(boolean value) {
            pseudonyms = value;
            return this;
        }

        public Builder maxBadRows(double value) {
            maxBadRows = value;
            return this;
        }

        public Builder clean(boolean value) {
            clean = value;
            return this;
        }

        public Builder markMedia(boolean value) {
            markMedia = value;
            return this;
        }

        /** Follows {@link #clean} unless it is set. */
        public Builder scrub(boolean value) {
            scrub = value;
            return this;
        }

        public Builder scrubWords(@Nullable Path value) {
            scrubWords = value;
            return this;
        }

        public Builder gap(Duration value) {
            gap = value;
            return this;
        }

        public Builder context(ContextRule value) {
            context = value;
            return this;
        }

        public Builder historyLines(int value) {
            historyLines = value;
            return this;
        }

        public Builder starters(boolean value) {
            starters = value;
            return this;
        }

        public Builder validation(double value) {
            validation = value;
            return this;
        }

        public Builder guard(Duration value) {
            guard = value;
            return this;
        }

        public Builder selection(SelectionOptions value) {
            selection = value;
            return this;
        }

        /** With {@link ContextRule#SESSION}, or where the selection has limits, unless it is set. */
        public Builder score(boolean value) {
            score = value;
            return this;
        }

        public Builder system(@Nullable String value) {
            system = value;
            return this;
        }

        public Builder canaries(List<Integer> value) {
            canaries = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        private boolean isScored() {
            boolean limited = !selection.equals(SelectionOptions.ALL);
            return limited || (score == null ? context == ContextRule.SESSION : score);
        }

        public DatasetOptions build() {
            return new DatasetOptions(
                    format,
                    columns,
                    aliases,
                    pseudonyms,
                    maxBadRows,
                    clean,
                    markMedia,
                    scrub == null ? clean : scrub,
                    scrubWords,
                    gap,
                    context,
                    historyLines,
                    starters,
                    validation,
                    guard,
                    selection,
                    isScored(),
                    system,
                    canaries,
                    threads);
        }
    }
}
