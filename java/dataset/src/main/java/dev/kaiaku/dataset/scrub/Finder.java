package dev.kaiaku.dataset.scrub;

/** Finds one kind of personal data. Thread-safe; takes time linear in the length of the text. */
interface Finder {
    /** Whether a text with these characters can hold any; most texts can't. */
    boolean mayFind(Signals signals);

    /** Adds what the text holds and nothing has claimed yet. */
    void find(String text, Findings findings);
}
