package dev.kaiaku.dataset.scrub;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** IBANs: the length of their country and the remainder of 97. */
final class IbanFinder implements Finder {
    private static final Pattern START =
            Pattern.compile("(?<![\\p{L}\\d])[A-Z]{2}\\d{2}(?= ?[A-Z0-9]{2})", Pattern.CASE_INSENSITIVE);
    /** Of the IBAN registry (SWIFT). */
    private static final String REGISTRY =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22"
                    + " DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27"
                    + " JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29"
                    + " PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

    private static final Map<String, Integer> LENGTHS = lengths();
    private static final int SHORTEST_DIGITS = 8;

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() >= SHORTEST_DIGITS;
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher matcher = START.matcher(text);
        while (matcher.find()) {
            Integer length = LENGTHS.get(
                    text.substring(matcher.start(), matcher.start() + 2).toUpperCase(Locale.ROOT));
            if (length != null) {
                add(text, matcher.start(), length, findings);
            }
        }
    }

    private static void add(String text, int start, int length, Findings findings) {
        StringBuilder iban = new StringBuilder(length);
        int end = start;
        while (end < text.length() && iban.length() < length) {
            char c = text.charAt(end);
            if (c < 0x80 && Character.isLetterOrDigit(c)) {
                iban.append(Character.toUpperCase(c));
            } else if ((c != ' ' && c != '-' && c != '.') || !Character.isLetterOrDigit(text.charAt(end - 1))) {
                break;
            }
            end++;
        }
        boolean whole = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
        if (whole && iban.length() == length && CheckDigits.isMod97(iban.toString())) {
            findings.add(PiiType.IBAN, start, end);
        }
    }

    private static Map<String, Integer> lengths() {
        Map<String, Integer> lengths = new HashMap<>();
        for (String entry : REGISTRY.split(" ", -1)) {
            lengths.put(entry.substring(0, 2), Integer.valueOf(entry.substring(2)));
        }
        return Map.copyOf(lengths);
    }
}
