package dev.kaiaku.dataset.scrub;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CPF and CNPJ with right check digits, with their usual signs or without. */
final class TaxNumberFinder implements Finder {
    private static final int CPF_LENGTH = 11;

    private static final Pattern CPF =
            Pattern.compile("(?<![\\p{L}\\d.,/+-])\\d{3}([. ]?)\\d{3}\\1\\d{3}[-. /]?\\d{2}(?!\\d|[.,/-]\\d|\\p{L})");
    private static final Pattern CNPJ = Pattern.compile(
            "(?<![\\p{L}\\d.,/+-])(?:[\\dA-Z]{2}\\.[\\dA-Z]{3}\\.[\\dA-Z]{3}/?[\\dA-Z]{4}-?\\d{2}"
                    + "|\\d{2} ?\\d{3} ?\\d{3}[/ ]?\\d{4}[- ]?\\d{2})(?!\\d|[.,/-]\\d|\\p{L})",
            Pattern.CASE_INSENSITIVE);

    @Override
    public boolean mayFind(Signals signals) {
        return signals.digits() >= 3;
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher cnpj = CNPJ.matcher(text);
        while (cnpj.find()) {
            if (CheckDigits.isCnpj(withoutSigns(cnpj.group()).toUpperCase(Locale.ROOT))) {
                findings.add(PiiType.CNPJ, cnpj.start(), cnpj.end());
            }
        }
        Matcher cpf = CPF.matcher(text);
        while (cpf.find()) {
            boolean phone = cpf.end() - cpf.start() == CPF_LENGTH && PhoneFinder.isAnnounced(text, cpf.start());
            if (!phone && CheckDigits.isCpf(withoutSigns(cpf.group()))) {
                findings.add(PiiType.CPF, cpf.start(), cpf.end());
            }
        }
    }

    private static String withoutSigns(String number) {
        StringBuilder kept = new StringBuilder(number.length());
        number.chars().filter(Character::isLetterOrDigit).forEach(c -> kept.append((char) c));
        return kept.toString();
    }
}
