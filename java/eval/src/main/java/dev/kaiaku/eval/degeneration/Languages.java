package dev.kaiaku.eval.degeneration;

import dev.kaiaku.dataset.selection.Language;
import dev.kaiaku.eval.data.Reply;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which languages a person writes, so that others stand out. Short replies often tell none, and count for nothing. */
public final class Languages {
    private static final double HARDLY_EVER = 0.02;

    private final Map<Language, Integer> counts = new EnumMap<>(Language.class);
    private int told;

    public Languages(List<Reply> learned) {
        for (Reply reply : learned) {
            @Nullable Language language = Language.of(reply.text());
            if (language != null) {
                counts.merge(language, 1, Integer::sum);
                told++;
            }
        }
    }

    /** Whether a text is in a language that the person hardly ever writes. */
    public boolean foreign(String text) {
        @Nullable Language language = Language.of(text);
        return language != null && told > 0 && counts.getOrDefault(language, 0) < HARDLY_EVER * told;
    }
}
