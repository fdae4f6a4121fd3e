package dev.kaiaku.dataset.scrub;

import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a link gives away access or points into a private network. */
final class PrivateUrl {
    private static final int SHORTEST_SECRET = 6;

    private static final Pattern SPLIT = Pattern.compile(
            "^(?:([a-z][a-z0-9+]*)://)?(?:([^/?#@]*)@)?" + "(\\[[0-9a-f:.%]+\\]|[^/?#:]*)(?::\\d*)?([/?#].*)?$");
    private static final Pattern INSIDE = Pattern.compile("localhost|\\[.*\\]|\\d{1,3}(?:\\.\\d{1,3}){3}"
            + "|(?:.*\\.)?(?:local|lan|internal|intranet|corp|home|localdomain|private|onion)"
            + "|(?:.*\\.)?(?:intranet|intra|vpn|internal|corp)\\..*");
    /** Host and path of services whose links are the key themselves. */
    private static final Pattern SHARED = Pattern.compile("^(?:www\\.|[a-z]{2}\\.)?(?:"
            + "discord\\.gg/.+|discord(?:app)?\\.com/(?:invite/|api/(?:v\\d+/)?webhooks/).+"
            + "|chat\\.whatsapp\\.com/.+|wa\\.me/.+|api\\.whatsapp\\.com/send.+"
            + "|(?:t|telegram)\\.me/(?:\\+|joinchat/).+"
            + "|docs\\.google\\.com/(?:a/[^/]+/)?(?:document|spreadsheets|presentation|drawings)/.+"
            + "|drive\\.google\\.com/(?:file|drive|open|uc|folderview).+|photos\\.(?:app\\.goo\\.gl|google\\.com/share)/.+"
            + "|meet\\.google\\.com/[a-z]{3}-?[a-z]{4}-?[a-z]{3}.*|(?:[a-z0-9-]+\\.)?zoom\\.us/(?:j|my|s|w|rec)/.+"
            + "|teams\\.(?:microsoft\\.com/l/meetup-join|live\\.com/meet)/.+"
            + "|1drv\\.ms/.+|onedrive\\.live\\.com/.+|[a-z0-9-]+\\.sharepoint\\.com/.+"
            + "|dropbox\\.com/(?:s|sh|scl|t|request)/.+|we\\.tl/.+|wetransfer\\.com/downloads/.+"
            + "|mega\\.(?:nz|io)/(?:file|folder|#).+|icloud\\.com/(?:iclouddrive|photos|sharedalbum).+"
            + "|hooks\\.slack\\.com/.+|join\\.slack\\.com/.+|[a-z0-9-]+\\.slack\\.com/archives/.+"
            + "|notion\\.so/.*[0-9a-f]{32}.*|trello\\.com/invite/.+|calendar\\.google\\.com/calendar/.+"
            + ")$");

    private static final Pattern SECRET = Pattern.compile("[?&#;](?:access_?token|refresh_?token|id_?token|token|auth"
            + "|auth_?key|authorization|api_?key|apikey|key|sig|signature|x-(?:amz|goog)-signature|pwd|passw(?:or)?d"
            + "|passcode|senha|secret|client_?secret|session|session_?id|sid|phpsessid|jsessionid|jwt|invite|invite_?code"
            + "|otp|hm|magic|ticket|reset|confirmation_?token)=[^&#]{" + SHORTEST_SECRET + ",}");

    private PrivateUrl() {}

    static boolean test(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        var parts = SPLIT.matcher(lower);
        if (!parts.matches()) {
            return false;
        }
        String user = parts.group(2);
        String host = parts.group(3);
        String rest = parts.group(4) == null ? "" : parts.group(4);
        boolean named = user != null && user.indexOf(':') > 0;
        boolean single = parts.group(1) != null && host.indexOf('.') < 0 && !host.isEmpty();
        return named
                || (single && parts.group(1).startsWith("http"))
                || INSIDE.matcher(host).matches()
                || SHARED.matcher(host + rest).matches()
                || SECRET.matcher(rest).find();
    }
}
