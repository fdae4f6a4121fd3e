package dev.kaiaku.cli;

/** Text from a chat or a model, made safe to print. */
final class TerminalText {
    private TerminalText() {}

    /** Control characters would change the terminal's state; only newlines and tabs stay. */
    static String safe(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009F&&[^\\n\\t]]", "\uFFFD");
    }
}
