package dev.kaiaku.dataset.scrub;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Streets with a house number in Portuguese, Spanish, French, German and English shapes, post boxes, and CEPs. */
final class AddressFinder implements Finder {
    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    private static final String NAME_WORD = "(?:[\\p{L}][\\p{L}.'’-]{0,24}|\\d{1,2}(?=\\h+de\\h))";
    private static final String COMPLEMENT =
            "(?:\\h?[,–-]?\\h?(?:apto|apt|ap|apartamento|bloco|bl|casa|sala|lote|torre|cj|conj(?:unto)?"
                    + "|unit|suite|ste|fl|#)[.:]?\\h?#?[\\p{L}\\d-]{1,5}(?![\\p{L}\\d])|,?\\h(?:fundos|fds|t[ée]rreo|sobrado|\\d{1,2}º andar)){0,3}";
    private static final String DISTRICT =
            "(?:\\h?[-–]\\h?|,\\h)(?-i:\\p{Lu})[\\p{L}.']{1,20}(?:\\h(?:d[aeo]s?\\h)?(?-i:\\p{Lu})[\\p{L}.']{1,20}){0,3}";
    private static final String AREA = "(?:" + DISTRICT + ")?(?:\\h?[,/–-]?\\h?(?-i:[A-Z]{2})(?![\\p{L}\\d]))?"
            + "(?:,?\\h?(?:[-–]\\h?)?(?:cep:?\\h?)?(?:\\d{5}-\\d{3}|\\d{5}(?:-\\d{4})?)(?!\\d))?";

    private static final Pattern STREET_FIRST = Pattern.compile(
            "(?<![\\p{L}\\d])(?:ruas?|r\\.|av\\.?|avenida|alameda|al\\.|travessa|trav\\.?|tv\\.|pra[çc]a|p[çc]a\\.?|estrada|estr\\.|rodovia"
                    + "|rod\\.|largo|ladeira|viela|beco|calle|carrera|avda\\.?|rua:|end\\.?:?\\h?rua)\\h+"
                    + "(?<name>" + NAME_WORD + "(?:\\h+" + NAME_WORD + "){0,6}?)"
                    + "(?<mark>\\h*,\\h*(?:n[º°o.]{0,2}\\h*|n[uú]mero\\h+|km\\h*)?|\\h+(?:n[º°o.]{1,2}\\h*|n[uú]mero\\h+|n\\h+|#)|\\h+)"
                    + "(?<number>\\d{1,5}(?:\\.\\d{3})?[a-z]?)(?![\\p{L}\\d:%]|[.,]\\d|/\\d)(?<rest>" + COMPLEMENT
                    + ")(?<area>" + AREA
                    + ")",
            FLAGS);
    private static final Pattern NUMBER_FIRST = Pattern.compile(
            "(?<![\\p{L}\\d.,:/$#€+-])(?<number>\\d{1,5}[a-z]?)\\h+(?<name>(?:[NSEW]\\.?\\h+)?(?:(?:\\p{L}[\\p{L}.'’-]{0,20}"
                    + "|\\d{1,3}(?:st|nd|rd|th))\\h+){1,4}?)(?<kind>street|str|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|parkway|pkwy"
                    + "|terrace|highway|hwy|drive|dr|court|ct|place|pl|square|sq|way|circle|cir|close|crescent|gardens|grove|row"
                    + "|trail|alley|mews)(?![\\p{L}\\d'’-])\\.?(?<rest>,?" + COMPLEMENT + ")(?<area>" + AREA + ")",
            FLAGS);
    private static final Pattern OTHER = Pattern.compile(
            "(?<![\\p{L}\\d])(?:"
                    + "(?:quadra|qd\\.?)\\h?\\d{1,4},?\\h(?:lote|lt\\.?|casa|conj(?:unto)?\\.?|cj\\.?)\\h?[\\p{L}\\d]{1,4}"
                    + COMPLEMENT
                    + "|(?-i:SQN|SQS|SHIS|SHIN|QNM|QNL|QNN|QND|CLN|CLS|SQSW|QSW|QI|QL|QE|QR)\\h?\\d{1,3},?\\h(?:bloco|bl|conj(?:unto)?|cj|casa|lote)\\.?"
                    + "\\h?[\\p{L}\\d]{1,4}" + COMPLEMENT
                    + "|\\p{L}{2,24}(?:stra(?:ß|ss)e|str\\.|weg|platz|gasse)\\h\\d{1,4}[a-z]?"
                    + "|\\d{1,4}(?:\\hbis)?,?\\h(?:rue|avenue|boulevard|place|chemin|all[ée]e)\\h(?:d[eu]s?\\h|de la\\h|de l['’])?\\p{L}{3,20}"
                    + "(?:[\\h-]\\p{L}{3,20}){0,3}"
                    + "|p\\.?\\h?o\\.?\\h?box\\h?\\d{1,6}|caixa postal\\h?(?:n[º°o.]{0,2}\\h?)?\\d{1,6}"
                    + "|cep:?\\h?(?:[ée]\\h)?\\d{2}\\.?\\d{3}-?\\d{3}"
                    + ")(?![\\p{L}\\d])",
            FLAGS);
    private static final Pattern CEP =
            Pattern.compile("(?<![\\p{L}\\d.,:/+_-])\\d{5}-\\d{3}(?![\\p{L}\\d_-]|[.,/]\\d)");
    private static final Pattern NEXT_WORD = Pattern.compile("\\h*([\\p{L}]*)");
    private static final String CERTAIN_KINDS =
            "street|str|avenue|ave|road|rd|boulevard|blvd|lane|ln|parkway|pkwy|hwy|highway|st|terrace";
    /** Characters before and after a number in which its street may stand. */
    private static final int REACH = 120;

    private static final int LOWEST_BARE_NUMBER = 10;

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() > 0;
    }

    @Override
    public void find(String text, Findings findings) {
        int end = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isDigit(text.charAt(i))) {
                int start = Math.max(end, i - REACH);
                end = reach(text, i);
                add(STREET_FIRST.matcher(text), start, end, matcher -> isStreetFirst(matcher, text), findings);
                add(NUMBER_FIRST.matcher(text), start, end, AddressFinder::isNumberFirst, findings);
                add(OTHER.matcher(text), start, end, matcher -> true, findings);
                add(CEP.matcher(text), start, end, matcher -> true, findings);
                i = end;
            }
        }
    }

    /** Behind the last digit that is near the ones before it, and what may follow that. */
    private static int reach(String text, int firstDigit) {
        int end = firstDigit;
        for (int i = firstDigit; i < Math.min(text.length(), end + REACH); i++) {
            end = isDigit(text.charAt(i)) ? i : end;
        }
        return Math.min(text.length(), end + REACH);
    }

    private static void add(Matcher matcher, int start, int end, Predicate<Matcher> test, Findings findings) {
        matcher.useTransparentBounds(true).useAnchoringBounds(false);
        int from = start;
        while (from < end && matcher.region(from, end).find()) {
            boolean real = test.test(matcher);
            if (real) {
                findings.add(PiiType.ADDRESS, matcher.start(), matcher.end());
            }
            from = real ? matcher.end() : matcher.start() + 1;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isStreetFirst(Matcher matcher, String text) {
        String name = matcher.group("name");
        String after = wordAfter(text, matcher.end());
        if (!mayName(name) || StreetNames.isUnit(after)) {
            return false;
        }
        boolean marked =
                !matcher.group("mark").isBlank() || !matcher.group("rest").isEmpty() || isCapitalised(name);
        return marked || (number(matcher) >= LOWEST_BARE_NUMBER && StreetNames.mayFollow(after));
    }

    private static boolean isNumberFirst(Matcher matcher) {
        String name = matcher.group("name");
        if (!mayName(name)) {
            return false;
        }
        boolean complete = !matcher.group("rest").replace(",", "").isEmpty() || isCapitalised(name);
        String kind = matcher.group("kind").toLowerCase(Locale.ROOT);
        return complete || (kind.matches(CERTAIN_KINDS) && number(matcher) >= LOWEST_BARE_NUMBER);
    }

    private static boolean mayName(String name) {
        for (String word : name.toLowerCase(Locale.ROOT).strip().split("\\h+", -1)) {
            if (!StreetNames.mayName(word)) {
                return false;
            }
        }
        return true;
    }

    /** Whether its last word is: names of streets are, unless one types in lower case throughout. */
    private static boolean isCapitalised(String name) {
        String stripped = name.strip();
        char first = stripped.charAt(stripped.lastIndexOf(' ') + 1);
        return Character.isUpperCase(first) || Character.isDigit(first);
    }

    private static int number(Matcher matcher) {
        return Integer.parseInt(matcher.group("number").replaceAll("\\D", ""));
    }

    private static String wordAfter(String text, int end) {
        Matcher word = NEXT_WORD.matcher(text).region(end, text.length());
        return word.lookingAt() ? word.group(1).toLowerCase(Locale.ROOT) : "";
    }
}
