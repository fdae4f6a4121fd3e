package dev.kaiaku.dataset.scrub;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Passwords and one-time codes that a word such as {@code senha} announces. */
final class PasswordFinder implements Finder {
    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    private static final String WORD =
            "(?<![\\p{L}\\d])(?:senhas?|passwords?|passwd|passphrase|passcode|pwd|pass|pw|contraseña)";
    private static final String BETWEEN =
            "(?:\\h+(?:nova|novo|new|old|antiga|atual|é|eh|is|era|was|here|aqui|dele|dela|minha|wi-?fi"
                    + "|(?:do|da|de|for|to|of|no|na)\\h+(?:(?:the|my|our|o|a|meu|minha)\\h+)?[\\p{L}\\d_.-]{2,20})){0,3}+";
    private static final Pattern SAID = Pattern.compile(WORD + BETWEEN + "\\h+[\"'`]?(\\S{6,64})", FLAGS);
    private static final Pattern ASSIGNED =
            Pattern.compile(WORD + BETWEEN + "\\h{0,3}(?:[:=]|->|→)\\h{0,3}[\"'`]?([^\\s\"'`]{4,64})", FLAGS);
    private static final Pattern ONE_TIME = Pattern.compile(
            "(?<![\\p{L}\\d])(?:c[óo]digo\\h+(?:de\\h+)?(?:verifica[çc][ãa]o|seguran[çc]a|acesso|confirma[çc][ãa]o)"
                    + "|(?:verification|security|confirmation|login|access|2fa)\\h+code|otp|2fa|pin)"
                    + "\\h{0,3}(?:[:=]|\\bis\\b|\\bé|\\beh\\b)?\\h{0,3}(\\d{4,8}|\\d{3}[- ]\\d{3})(?![\\d\\p{L}])",
            FLAGS);
    /** One of these is in every text that has a match. */
    private static final List<String> STEMS = List.of(
            "enha", "ENHA", "ass", "ASS", "pw", "PW", "Pw", "ontrase", "digo", "DIGO", "code", "CODE", "Code", "otp",
            "OTP", "Otp", "2fa", "2FA", "2Fa", "pin", "PIN", "Pin");

    private static final Set<String> NO_PASSWORD = Set.of(
            "required",
            "wrong",
            "incorrect",
            "invalid",
            "errada",
            "incorreta",
            "inválida",
            "obrigatória",
            "none",
            "null",
            "nenhuma",
            "undefined",
            "string",
            "alguém",
            "alguem",
            "please",
            "favor",
            "true",
            "false",
            "hidden");

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() > 0 || signals.colons() > 0 || signals.equals();
    }

    @Override
    public void find(String text, Findings findings) {
        if (STEMS.stream().noneMatch(text::contains)) {
            return;
        }
        add(ASSIGNED.matcher(text), text, false, findings);
        add(SAID.matcher(text), text, true, findings);
        Matcher code = ONE_TIME.matcher(text);
        while (code.find()) {
            findings.add(PiiType.PASSWORD, code.start(1), code.end(1));
        }
    }

    private static void add(Matcher matcher, String text, boolean mixedOnly, Findings findings) {
        while (matcher.find()) {
            int start = matcher.start(1);
            int end = matcher.end(1);
            while (end > start && ".,;:?)\"'`*_|".indexOf(text.charAt(end - 1)) >= 0) {
                end--;
            }
            String value = text.substring(start, end);
            if (isPassword(value) && (!mixedOnly || isMixed(value))) {
                findings.add(PiiType.PASSWORD, start, end);
            }
        }
    }

    private static boolean isPassword(String value) {
        return value.length() >= 4
                && value.chars().anyMatch(Character::isLetterOrDigit)
                && !value.startsWith("<")
                && !NO_PASSWORD.contains(value.toLowerCase(Locale.ROOT));
    }

    /** Digits together with letters or signs, as no word of a sentence has them. */
    private static boolean isMixed(String value) {
        boolean digit = value.chars().anyMatch(Character::isDigit);
        boolean letter = value.chars().anyMatch(Character::isLetter);
        return value.length() >= 6 && digit && letter;
    }
}
