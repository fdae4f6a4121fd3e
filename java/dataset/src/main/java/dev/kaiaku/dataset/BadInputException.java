package dev.kaiaku.dataset;

/**
 * A file or value from outside is not what it should be. The message is one line for people: which file, row
 * or tensor, what was expected, and what to do. The command line ends with exit code 3.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
