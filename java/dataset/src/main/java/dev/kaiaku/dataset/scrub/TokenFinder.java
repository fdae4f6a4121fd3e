package dev.kaiaku.dataset.scrub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys and tokens of known services, private keys, and long values behind a word such as {@code api_key}. */
final class TokenFinder implements Finder {
    /** Each alternative starts with what its service puts first. */
    private static final Pattern KNOWN = Pattern.compile("(?<![A-Za-z0-9_])(?:"
            + "gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255}|glpat-[\\w-]{20,64}"
            + "|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}|xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[A-Za-z0-9-]{20,250}"
            + "|[MNO][A-Za-z\\d_-]{23,28}\\.[\\w-]{6}\\.[\\w-]{27,40}|mfa\\.[\\w-]{80,95}"
            + "|sk-(?:proj|ant|or|svcacct|admin)-[\\w-]{20,250}|sk-[A-Za-z0-9]{32,64}|hf_[A-Za-z0-9]{30,40}|gsk_[A-Za-z0-9]{40,60}"
            + "|AIza[\\w-]{35}|ya29\\.[\\w-]{20,250}|GOCSPX-[\\w-]{28}|1//0[\\w-]{40,120}"
            + "|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9]{24,64}|APP_USR-[\\w-]{30,120}"
            + "|SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}|key-[0-9a-f]{32}|(?:SK|AC)[0-9a-f]{32}"
            + "|npm_[A-Za-z0-9]{36}|pypi-AgE[\\w-]{50,250}|dckr_pat_[\\w-]{20,40}|do[opr]_v1_[0-9a-f]{64}"
            + "|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|sq0[a-z]{3}-[\\w-]{22,50}|EAA[A-Za-z0-9]{60,250}|lin_api_[A-Za-z0-9]{32,64}"
            + "|\\d{8,10}:AA[\\w-]{32,34}|eyJ[\\w-]{10,2000}\\.eyJ[\\w-]{10,4000}(?:\\.[\\w-]{10,1000})?"
            + "|0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,60}|(?:secret_|ntn_)[A-Za-z0-9]{40,60}|r8_[A-Za-z0-9]{36,40}"
            + ")(?![A-Za-z0-9_])");

    private static final Pattern NAMED = Pattern.compile(
            "(?<![\\p{L}\\d])(?:(?:api|access|secret|auth|client|private)[_ -]?(?:key|token|secret)|token|apikey|bearer"
                    + "|chave (?:da )?api|chave (?:pix )?aleat[óo]ria|chave pix|pix)(?![\\p{L}\\d_/])"
                    + "\\h{0,3}(?:[:=]|\\bis\\b|é)?\\h{0,3}[\"'`]?([A-Za-z0-9_.+/=-]{20,512})",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\\s:,-]{0,8192}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?");

    @Override
    public boolean mayFind(Signals signals) {
        return signals.hasKey();
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher known = KNOWN.matcher(text);
        while (known.find()) {
            findings.addAnywhere(PiiType.TOKEN, known.start(), known.end());
        }
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            if (isMixed(named.group(1))) {
                findings.addAnywhere(PiiType.TOKEN, named.start(1), named.end(1));
            }
        }
        if (text.contains("PRIVATE KEY-----")) {
            Matcher block = PRIVATE_KEY.matcher(text);
            while (block.find()) {
                findings.addAnywhere(PiiType.TOKEN, block.start(), block.end());
            }
        }
    }

    /** Letters and digits both: words of a language have no digits. */
    private static boolean isMixed(String value) {
        return value.chars().anyMatch(Character::isDigit) && value.chars().anyMatch(Character::isLetter);
    }
}
