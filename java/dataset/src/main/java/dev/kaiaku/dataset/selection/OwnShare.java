package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.MessageText;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much of a reply the persona wrote: without quotes, code, links, and what stands in the context already. */
final class OwnShare {
    private static final Pattern FOREIGN = Pattern.compile("(?m)^> .*$|```[^`]*+(?:```|\\z)|(?:https?://|www\\.)\\S++");
    /** As many words in a row are no coincidence. */
    private static final int COPIED_WORDS = 8;

    private static final long BASE = 0x9E3779B97F4A7C15L;

    private OwnShare() {}

    /**
     * From 0 to 1, by characters.
     *
     * @param words of the reply, in order
     * @param contextWords of the context, in order
     */
    static double of(String reply, int[] words, int[] contextWords) {
        String text = MessageText.unfold(reply);
        if (text.isEmpty()) {
            return 1;
        }
        int foreign = 0;
        Matcher matcher = FOREIGN.matcher(text);
        while (matcher.find()) {
            foreign += matcher.end() - matcher.start();
        }
        double own = 1 - (double) foreign / text.length();
        return own * (1 - copiedShare(words, contextWords));
    }

    /** The share of the words that stand in a run of {@value #COPIED_WORDS} that the context has too. */
    private static double copiedShare(int[] words, int[] contextWords) {
        if (words.length < COPIED_WORDS || contextWords.length < COPIED_WORDS) {
            return 0;
        }
        long[] known = runs(contextWords);
        Arrays.sort(known);
        long[] runs = runs(words);
        int copied = 0;
        int end = 0;
        for (int i = 0; i < runs.length; i++) {
            if (Arrays.binarySearch(known, runs[i]) >= 0) {
                copied += i + COPIED_WORDS - Math.max(end, i);
                end = i + COPIED_WORDS;
            }
        }
        return (double) copied / words.length;
    }

    /** A hash of each run, every one made of the one before it. */
    private static long[] runs(int[] words) {
        long[] runs = new long[words.length - COPIED_WORDS + 1];
        long oldest = 1;
        for (int i = 0; i < COPIED_WORDS; i++) {
            oldest *= BASE;
        }
        long hash = 0;
        for (int i = 0; i < words.length; i++) {
            hash = hash * BASE + words[i] - (i < COPIED_WORDS ? 0 : oldest * words[i - COPIED_WORDS]);
            if (i >= COPIED_WORDS - 1) {
                runs[i - COPIED_WORDS + 1] = hash;
            }
        }
        return runs;
    }
}
