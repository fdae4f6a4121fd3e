package dev.kaiaku.trainer.verify;

import dev.kaiaku.model.export.gguf.QuantLimit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step of a ladder.
 *
 * @param name {@code base}, {@code adapter}, {@code merged}, or a file with its type
 * @param by what computed it: {@code trainer} or {@code llama.cpp}
 * @param nll mean -log p of a reply token; NaN where it could not be computed
 * @param change relative to the rung that this one should equal, NaN where there is none
 * @param limit of the change, null where there is none
 */
public record Rung(
        String name,
        String by,
        double nll,
        double change,
        @Nullable QuantLimit limit) {

    /** Whether the change is within its limit, or there is none to keep. */
    public boolean holds() {
        return limit == null || Double.isNaN(change) || change <= limit.share();
    }

    /** Change and limit for people: {@code +0.12 % (at most 0.5 %)}. */
    public String changeText() {
        if (Double.isNaN(change)) {
            return "";
        }
        String text = String.format(Locale.ROOT, "%+.2f %%", 100 * change);
        if (limit == null) {
            return text;
        }
        return text
                + String.format(Locale.ROOT, " (at most %.1f %%", 100 * limit.share())
                + (limit.tried() ? ")" : ", not tried at this size yet)");
    }
}
