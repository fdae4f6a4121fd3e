package dev.kaiaku.dataset.scrub;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** E-mail addresses, also those of large providers without the end and those spelled out. */
final class EmailFinder implements Finder {
    private static final String PROVIDER =
            "gmail|googlemail|hotmail|outlook|yahoo|live|icloud|msn|uol|bol|terra|protonmail|proton|gmx|aol";
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<![\\p{L}\\d._%+-])[\\p{L}\\d](?:[\\p{L}\\d._%+'-]{0,62}[\\p{L}\\d_+-])?@"
                    + "(?:((?:[\\p{L}\\d](?:[\\p{L}\\d-]{0,61}[\\p{L}\\d])?\\.){1,6}(\\p{L}{2,24}))|(?:" + PROVIDER
                    + "))(?![\\p{L}\\d@])",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SPELLED = Pattern.compile(
            "(?<![\\p{L}\\d])[\\p{L}\\d][\\p{L}\\d._-]{1,40}\\h{0,3}[\\[({]?\\h?(?:arroba|at|@)\\h?[\\])}]?\\h{0,3}(?:"
                    + PROVIDER
                    + ")\\h{0,3}[\\[({]?\\h?(?:ponto|dot)\\h?[\\])}]?\\h{0,3}(?:com|net|org|me)(?:\\h?(?:ponto|dot)\\h?br)?"
                    + "(?![\\p{L}\\d])",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    /** Names such as {@code icon@2x.png} are files. */
    private static final Set<String> FILES = Set.of("png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "bmp", "psd");

    @Override
    public boolean mayFind(Signals signals) {
        return true;
    }

    @Override
    public void find(String text, Findings findings) {
        if (text.indexOf('@') >= 0) {
            Matcher matcher = ADDRESS.matcher(text);
            while (matcher.find()) {
                String end = matcher.group(2);
                if ((end == null || !FILES.contains(end.toLowerCase(Locale.ROOT)))
                        && !text.startsWith("git@", matcher.start())) {
                    findings.addAnywhere(PiiType.EMAIL, matcher.start(), matcher.end());
                }
            }
        }
        if (text.contains("ponto") || text.contains("dot")) {
            Matcher matcher = SPELLED.matcher(text);
            while (matcher.find()) {
                findings.addAnywhere(PiiType.EMAIL, matcher.start(), matcher.end());
            }
        }
    }
}
