package dev.kaiaku.dataset.sample;

import java.util.Locale;

/** How sessions become samples. */
public enum ContextRule {
    /** What was said since the persona's last reply is the context of the next one, which ends the sample. */
    BLOCK,
    /** The session is a conversation of several turns; earlier ones stay as history. */
    SESSION;

    /** The name on the command line and in {@code dataset.json}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
