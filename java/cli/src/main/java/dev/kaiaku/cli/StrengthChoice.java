package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.tune.StrengthScan;
import org.jspecify.annotations.Nullable;

/** How much of an adapter an export applies. */
final class StrengthChoice {
    private StrengthChoice() {}

    /**
     * The source at the strength that was asked for.
     *
     * @param asked as {@link ExportOptions#strength} has it
     * @param otherwise where nothing was asked for
     * @throws BadInputException where it has to be found and nothing is held out
     */
    static ExportSource of(@Nullable Double asked, double otherwise, ExportSource source, ProgressLine progress) {
        if (asked == null || !Double.isNaN(asked)) {
            return source.withStrength(asked == null ? otherwise : asked);
        }
        EvalData data = EvalData.read(source.requireData("--strength auto"));
        StrengthScan scan = StrengthScan.of(source.base(), source.adapter(), data, source.options(), progress);
        scan.lines().forEach(progress::println);
        return source.withStrength(scan.picked());
    }
}
