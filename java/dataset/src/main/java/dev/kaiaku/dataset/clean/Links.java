package dev.kaiaku.dataset.clean;

/** Messages that say nothing but an address. */
final class Links {
    private Links() {}

    /** Whether every word is an address of the web; angle brackets around one only keep its preview away. */
    static boolean isOnlyLinks(String text) {
        if (!startsLink(text, 0)) {
            return false;
        }
        boolean between = true;
        for (int i = 0; i < text.length(); i++) {
            boolean space = text.charAt(i) <= ' ';
            if (!space && between && !startsLink(text, i)) {
                return false;
            }
            between = space;
        }
        return true;
    }

    private static boolean startsLink(String text, int at) {
        int start = text.charAt(at) == '<' ? at + 1 : at;
        return text.startsWith("http://", start)
                || text.startsWith("https://", start)
                || text.startsWith("www.", start);
    }
}
