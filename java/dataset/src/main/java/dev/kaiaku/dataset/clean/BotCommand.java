package dev.kaiaku.dataset.clean;

/** Orders to programs: {@code !play some song}, {@code /skip}, {@code .ship}. */
final class BotCommand {
    private static final String PREFIXES = "!/.?;$";
    private static final int SHORTEST = 2;
    private static final int LONGEST = 24;
    private static final int LONGEST_LINE = 200;

    private BotCommand() {}

    /** Whether a message is one line that starts with such a prefix and a word of plain small letters. */
    static boolean matches(String text) {
        if (PREFIXES.indexOf(text.charAt(0)) < 0 || text.length() > LONGEST_LINE || text.indexOf('\n') >= 0) {
            return false;
        }
        int end = 1;
        while (end < text.length() && isPartOfWord(text.charAt(end))) {
            end++;
        }
        int letters = end - 1;
        return letters >= SHORTEST && letters <= LONGEST && (end == text.length() || text.charAt(end) == ' ');
    }

    private static boolean isPartOfWord(char c) {
        return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    }
}
