package dev.kaiaku.dataset.scrub;

/** Sums that tell a real number from one that looks like it. */
final class CheckDigits {
    private static final int CPF_LENGTH = 11;
    private static final int CNPJ_LENGTH = 14;

    private CheckDigits() {}

    /** A CPF of 11 digits; those of one digit only were never given out. */
    static boolean isCpf(String digits) {
        return digits.length() == CPF_LENGTH
                && !isUniform(digits)
                && check(digits, 9, 10) == digits.charAt(9)
                && check(digits, 10, 11) == digits.charAt(10);
    }

    /** A CNPJ of 14 characters: digits, or capitals among the first twelve, as given out since 2026. */
    static boolean isCnpj(String characters) {
        return characters.length() == CNPJ_LENGTH
                && !isUniform(characters)
                && check(characters, 12, 9) == characters.charAt(12)
                && check(characters, 13, 9) == characters.charAt(13);
    }

    /** The sum of Luhn, ISO/IEC 7812-1. */
    static boolean isLuhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighted = i % 2 == 0 ? digit : 2 * digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }

    /** The remainder of ISO 7064 mod 97-10, as IBANs have it; capitals and digits only. */
    static boolean isMod97(String iban) {
        int remainder = 0;
        for (int i = 0; i < iban.length(); i++) {
            int value = Character.digit(iban.charAt((i + 4) % iban.length()), 36);
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
        }
        return remainder == 1;
    }

    /** The digit behind {@code count} characters; weights rise from 2 at the right, up to {@code highest}. */
    private static char check(String characters, int count, int highest) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            int weight = 2 + (count - 1 - i) % (highest - 1);
            sum += (characters.charAt(i) - '0') * weight;
        }
        int rest = sum % 11;
        return (char) ('0' + (rest < 2 ? 0 : 11 - rest));
    }

    private static boolean isUniform(String characters) {
        return characters.chars().distinct().count() == 1;
    }
}
