package dev.kaiaku.dataset.clean;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Discord's own notation, which exports without formatting keep: {@code <:kekw:123>} is {@code :kekw:},
 * {@code <#123>} a channel, {@code <@&123>} a role, {@code <t:1700000000:R>} a time. People ({@code <@123>}) stay
 * until their names are known.
 */
final class DiscordMarkup {
    private static final Pattern MARKUP =
            Pattern.compile("<(?:a?:(\\w{1,40}):\\d{1,20}|(#)\\d{1,20}|(@&)\\d{1,20}|t:(-?\\d{1,12})(?::[tTdDfFR])?)>");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    private DiscordMarkup() {}

    static String plain(String text) {
        return MARKUP.matcher(text).replaceAll(found -> Matcher.quoteReplacement(shown((Matcher) found)));
    }

    private static String shown(Matcher found) {
        if (found.group(1) != null) {
            return ":" + found.group(1) + ":";
        }
        if (found.group(2) != null) {
            return "#channel";
        }
        return found.group(3) != null ? "@role" : TIME.format(Instant.ofEpochSecond(Long.parseLong(found.group(4))));
    }
}
