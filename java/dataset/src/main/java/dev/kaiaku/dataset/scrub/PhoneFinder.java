package dev.kaiaku.dataset.scrub;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Phone numbers: with a country code those of every country; without one those of Brazil and the United States
 * as they are usually written, and those of more countries where a word such as {@code zap} or {@code call}
 * announces them.
 */
final class PhoneFinder implements Finder {
    private static final int FEWEST_DIGITS = 7;
    private static final int MOST_DIGITS = 15;
    private static final int NATIONAL_DIGITS = 9;
    private static final List<String> ANNOUNCED_REGIONS =
            List.of("BR", "US", "PT", "GB", "ES", "AR", "MX", "DE", "FR", "IT");

    private static final Pattern CANDIDATE = Pattern.compile(
            "(?<![\\p{L}\\d.,:/#$_=-])(?<!\\d[ ,.:-])[+(]{0,2}\\d(?:[ ().\\u00A0\\u2011-]{0,3}\\d){6,31}(?!\\d|[\\p{L}_%:]|[.,/]\\d)");
    private static final Pattern BRAZILIAN_MOBILE =
            Pattern.compile("(?:\\+?55[ -]?)?\\(?0?(?:1[1-9]|2[12478]|3[1-578]|4[1-9]"
                    + "|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])\\)?[ .-]{0,2}9[ .-]?\\d{4}[ .-]?\\d{4}");
    private static final Pattern BRAZILIAN_LANDLINE = Pattern.compile(
            "(?:\\+?55[ -]?)?(?:\\(0?[1-9][1-9]\\) ?|0[1-9][1-9][ -]" + "|(?!19|20)[1-9][1-9] )[2-5]\\d{3}[ .-]\\d{4}");
    private static final Pattern LOCAL_MOBILE = Pattern.compile("9 ?\\d{4}-\\d{4}");
    private static final Pattern LOCAL = Pattern.compile("9?[ .-]?\\d{4}[ .-]?\\d{4}|\\d{3}[ .-]\\d{4}");
    private static final Pattern AMERICAN =
            Pattern.compile("(?:1[ .-]?)?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}");
    private static final Pattern PART = Pattern.compile("(?<!\\d)(?:" + BRAZILIAN_MOBILE + "|" + AMERICAN + ")(?!\\d)");
    private static final Pattern DATE = Pattern.compile("(?:19|20)\\d{2}[-./ ]?(?:0\\d|1[0-2])[-./ ]?[0-3]\\d.*"
            + "|[0-3]?\\d[-./ ][01]?\\d[-./ ](?:19|20)\\d{2}.*|(?:19|20)\\d{2} ?- ?(?:19|20)\\d{2}");
    private static final Cue ANNOUNCED =
            new Cue("tel|tels|telefone|telefones|fone|fixo|cel|celular|celulares|zap|zapzap|whats|whatsapp|wpp"
                    + "|liga|ligar|ligue|chama|chamar|disca|n[uú]mero|phone|call|cell|text|txt|sms|mobile|dial|contato|contact"
                    + "|my number|telegram|signal|fax|m[oó]vil|llama|handy|recado");

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() >= FEWEST_DIGITS;
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher matcher = CANDIDATE.matcher(text);
        int from = 0;
        while (from < text.length() && matcher.find(from)) {
            String candidate = matcher.group();
            int start = matcher.start();
            int end = matcher.end();
            from = end;
            if (!findings.isFree(start, end)) {
                continue;
            }
            boolean announced = isAnnounced(text, start);
            if (isPhone(candidate, announced)) {
                findings.add(PiiType.PHONE, start, end);
            } else {
                addParts(candidate, start, announced, findings);
            }
        }
    }

    /** Whether a word that goes before phone numbers stands before a place. */
    static boolean isAnnounced(String text, int place) {
        return ANNOUNCED.isBefore(text, place);
    }

    /** Two numbers that only a space parts, or a number next to another one. */
    private static void addParts(String candidate, int offset, boolean announced, Findings findings) {
        Matcher part = PART.matcher(candidate);
        while (part.find()) {
            if (isPhone(part.group(), announced)) {
                findings.add(PiiType.PHONE, offset + part.start(), offset + part.end());
            }
        }
    }

    private static boolean isPhone(String number, boolean announced) {
        String digits = number.replaceAll("\\D", "");
        if (digits.length() > MOST_DIGITS || DATE.matcher(number).matches()) {
            return false;
        }
        if (number.contains("+") || (digits.startsWith("00") && digits.length() > NATIONAL_DIGITS)) {
            return isValid(digits.startsWith("00") ? "+" + digits.substring(2) : "+" + digits, "ZZ");
        }
        if (BRAZILIAN_MOBILE.matcher(number).matches()
                || BRAZILIAN_LANDLINE.matcher(number).matches()) {
            return isValid(digits.length() > 11 && digits.startsWith("55") ? "+" + digits : digits, "BR");
        }
        if (LOCAL_MOBILE.matcher(number).matches()
                || (announced && LOCAL.matcher(number).matches())) {
            return true;
        }
        if (AMERICAN.matcher(number).matches()) {
            return isValid(digits, "US");
        }
        return announced
                && digits.length() >= NATIONAL_DIGITS
                && ANNOUNCED_REGIONS.stream().anyMatch(region -> isValid(digits, region));
    }

    private static boolean isValid(String digits, String region) {
        PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
        try {
            return numbers.isValidNumber(numbers.parse(digits, region));
        } catch (NumberParseException e) {
            return false;
        }
    }
}
