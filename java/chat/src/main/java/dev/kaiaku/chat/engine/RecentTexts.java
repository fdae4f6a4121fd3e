package dev.kaiaku.chat.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last texts that an engine has computed, as many as it keeps. Thread-safe. */
final class RecentTexts {
    private final int most;
    private final Deque<String> texts = new ArrayDeque<>();

    RecentTexts(int most) {
        this.most = most;
    }

    synchronized void add(String text) {
        texts.removeIf(text::startsWith);
        if (texts.size() == most) {
            texts.removeFirst();
        }
        texts.addLast(text);
    }

    /** How many characters at the beginning of a text one of them has too. */
    synchronized int sharedBeginning(String text) {
        int longest = 0;
        for (String known : texts) {
            int most = Math.min(known.length(), text.length());
            int shared = 0;
            while (shared < most && known.charAt(shared) == text.charAt(shared)) {
                shared++;
            }
            longest = Math.max(longest, shared);
        }
        return longest;
    }
}
