package dev.kaiaku.dataset.markup;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Characters that pages write by name or number. */
final class HtmlEntity {
    private static final Map<String, String> NAMED =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00A0");

    private HtmlEntity() {}

    /** What stands between {@code &} and {@code ;}; null where that is no character. */
    static @Nullable String text(String entity) {
        if (!entity.startsWith("#")) {
            return NAMED.get(entity);
        }
        boolean hex = entity.startsWith("#x") || entity.startsWith("#X");
        try {
            int code = Integer.parseInt(entity.substring(hex ? 2 : 1), hex ? 16 : 10);
            return Character.isValidCodePoint(code) ? Character.toString(code) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
