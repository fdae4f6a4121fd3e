package dev.kaiaku.dataset;

/**
 * A file or value from outside is not what it should be. The message is one line for people: which file, row
 * or tensor, what was expected, and what to do; control characters, which names out of damaged files may hold,
 * become question marks. The command line ends with exit code 3.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(printable(message));
    }

    public BadInputException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    private static String printable(String message) {
        return message.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
    }
}
