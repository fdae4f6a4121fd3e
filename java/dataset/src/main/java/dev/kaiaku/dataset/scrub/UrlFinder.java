package dev.kaiaku.dataset.scrub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Links: those that {@link PrivateUrl} knows as private are found, the others keep later finders away. */
final class UrlFinder implements Finder {
    private static final Pattern LINK = Pattern.compile(
            "(?<![\\p{L}\\d])(?:[a-z][a-z0-9+]{1,12}://|www\\.|(?=(?:discord|chat\\.whatsapp|wa|t|meet\\.google|zoom"
                    + "|docs\\.google|drive\\.google|api\\.whatsapp|1drv|we)\\.(?:gg|me|com|us|ms|tl)/))[^\\s<>\"`|]++",
            Pattern.CASE_INSENSITIVE);
    private static final String TRAILING = ".,;:!?'*_~";

    @Override
    public boolean mayFind(Signals signals) {
        return signals.slash();
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher matcher = LINK.matcher(text);
        while (matcher.find()) {
            int end = end(text, matcher.start(), matcher.end());
            if (PrivateUrl.test(text.substring(matcher.start(), end))) {
                findings.add(PiiType.PRIVATE_URL, matcher.start(), end);
            } else {
                findings.shield(matcher.start(), end);
            }
        }
    }

    /** Without the punctuation of the sentence, and without a bracket that was opened before the link. */
    private static int end(String text, int start, int end) {
        boolean round = opens(text, start, end, '(');
        boolean square = opens(text, start, end, '[');
        int last = end;
        while (last > start) {
            char c = text.charAt(last - 1);
            boolean closing = (c == ')' && !round) || (c == ']' && !square);
            if (!closing && TRAILING.indexOf(c) < 0) {
                break;
            }
            last--;
        }
        return last;
    }

    private static boolean opens(String text, int start, int end, char bracket) {
        return text.substring(start, end).indexOf(bracket) >= 0;
    }
}
