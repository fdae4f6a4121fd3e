package dev.kaiaku.dataset.selection;

import java.util.Arrays;

/** Words of a text as numbers: runs of letters and digits in lower case, drawn-out letters shortened. */
final class Words {
    private static final int LONGEST_RUN = 2;

    private Words() {}

    /** A number for each word, in order; equal words have equal numbers. */
    static int[] of(String text) {
        int[] words = new int[16];
        int count = 0;
        int hash = 0;
        int length = 0;
        int run = 0;
        int last = 0;
        for (int i = 0; i <= text.length(); i++) {
            int c = i < text.length() ? Character.toLowerCase(text.charAt(i)) : ' ';
            if (Character.isLetterOrDigit(c)) {
                run = c == last ? run + 1 : 1;
                hash = run > LONGEST_RUN ? hash : 31 * hash + c;
                length++;
            } else if (length > 0) {
                words = count == words.length ? Arrays.copyOf(words, 2 * count) : words;
                words[count++] = Mix.of(hash);
                hash = 0;
                length = 0;
                run = 0;
            }
            last = c;
        }
        return Arrays.copyOf(words, count);
    }

    /** Each word once, in ascending order. */
    static int[] distinct(int[] words) {
        int[] sorted = words.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[count++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, count);
    }
}
