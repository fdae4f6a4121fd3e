package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetPreview.Span;
import java.util.List;

/** Prints text with the learned parts marked: in colour on a terminal, in brackets elsewhere. */
final class MarkedText {
    private static final String GREEN = "\u001b[32m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final Console console;

    MarkedText(Console console) {
        this.console = console;
    }

    /**
     * What is shown of a sample.
     *
     * @param why its score and what that is made of; empty where it has none
     */
    record Sample(String title, String why, List<Span> spans) {}

    void print(Sample sample) {
        String title = sample.title() + (sample.why().isEmpty() ? "" : "; score " + sample.why());
        console.out().println(console.outTerminal() ? DIM + "--- " + title + PLAIN : "--- " + title);
        StringBuilder text = new StringBuilder();
        for (Span span : sample.spans()) {
            text.append(span.learned() ? mark(TerminalText.safe(span.text())) : TerminalText.safe(span.text()));
        }
        console.out().println(text.toString().stripTrailing());
    }

    private String mark(String text) {
        return console.outTerminal() ? GREEN + text + PLAIN : "[[" + text + "]]";
    }
}
