package dev.kaiaku.dataset.scrub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Card numbers: a known issuer, its length, and the sum of Luhn. */
final class CardFinder implements Finder {
    private static final int SHORTEST = 14;

    private static final Pattern NUMBER =
            Pattern.compile("(?<![\\p{L}\\d.,/+_-])\\d(?:[ .-]?\\d){13,15}(?!\\d|[.,_-]\\d|\\p{L})");
    /** American Express has 15 digits, Diners 14; Visa, Mastercard, Elo, Hipercard, Discover, JCB, UnionPay 16. */
    private static final Pattern ISSUED = Pattern.compile("3[47]\\d{13}|3(?:0[0-5]|[689]\\d)\\d{11}"
            + "|(?:4\\d{3}|5[0-9]\\d{2}|222[1-9]|22[3-9]\\d|2[3-6]\\d{2}|27[01]\\d|2720|6011|6[245]\\d{2}|6062|636[23]"
            + "|35(?:2[89]|[3-8]\\d)|384\\d)\\d{12}");

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() >= SHORTEST;
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher matcher = NUMBER.matcher(text);
        while (matcher.find()) {
            String digits = matcher.group().replaceAll("\\D", "");
            if (ISSUED.matcher(digits).matches() && CheckDigits.isLuhn(digits)) {
                findings.add(PiiType.CARD, matcher.start(), matcher.end());
            }
        }
    }
}
