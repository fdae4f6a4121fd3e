package dev.kaiaku.dataset.scrub;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** IP addresses, but no version numbers, times, and addresses that everybody has or knows. */
final class IpFinder implements Finder {
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile(
            "(?<![\\p{L}\\d._-]|\\p{L}/)" + OCTET + "(?:\\." + OCTET + "){3}(?![\\p{L}\\d_]|\\.\\d|-\\d)");
    private static final Pattern V6 = Pattern.compile(
            "(?<![\\p{L}\\d:._])(?:[0-9a-f]{1,4}:|:(?=:)){1,7}(?::?[0-9a-f]{1,4})(?::[0-9a-f]{1,4}){0,6}"
                    + "(?![\\p{L}\\d_]|:[0-9a-f:])",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SMALL = Pattern.compile("1?\\d(?:\\.1?\\d){3}");
    private static final Set<String> KNOWN_TO_ALL =
            Set.of("0.0.0.0", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "4.4.4.4");
    private static final Cue VERSION = new Cue(
            "v|ver|vers[aã]o|version|vers[oõ]es|build|release|patch|update|driver|firmware|kernel|chrome|firefox|art|se[cç][aã]o|section|cap[ií]tulo|chapter");
    private static final Cue NETWORK =
            new Cue("ips?|ipv4|host|server|servidor|ping|ssh|connect|conecta|router|roteador|gateway|dns|vps");
    private static final int GROUPS = 8;

    @Override
    public boolean mayFind(Signals signals) {
        return (signals.digits() >= 4 && signals.dots() >= 3) || signals.colons() >= 2;
    }

    @Override
    public void find(String text, Findings findings) {
        Matcher v4 = V4.matcher(text);
        while (v4.find()) {
            if (isAddress(text, v4.group(), v4.start())) {
                findings.add(PiiType.IPV4, v4.start(), v4.end());
            }
        }
        boolean colons =
                text.indexOf("::") >= 0 || text.chars().filter(c -> c == ':').count() >= GROUPS - 1;
        Matcher v6 = V6.matcher(text);
        while (colons && v6.find()) {
            if (isV6(v6.group())) {
                findings.add(PiiType.IPV6, v6.start(), v6.end());
            }
        }
    }

    private static boolean isAddress(String text, String value, int start) {
        if (value.startsWith("127.")
                || value.startsWith("255.")
                || value.endsWith(".0.0")
                || KNOWN_TO_ALL.contains(value)) {
            return false;
        }
        boolean network = NETWORK.isBefore(text, start);
        boolean version = VERSION.isBefore(text, start) || (SMALL.matcher(value).matches() && !value.startsWith("10."));
        return network || !version;
    }

    /** Eight groups, or fewer around one {@code ::}; short ones need a digit, since words can look alike. */
    private static boolean isV6(String value) {
        int gap = value.indexOf("::");
        if (gap >= 0 && value.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int groups = 0;
        for (String group : value.split(":", -1)) {
            groups += group.isEmpty() ? 0 : 1;
        }
        boolean digit = value.chars().anyMatch(Character::isDigit);
        return gap < 0 ? groups == GROUPS : groups >= 3 && groups < GROUPS && digit;
    }
}
