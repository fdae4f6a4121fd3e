package dev.kaiaku.cli;

/** The folder that was named for results holds something else. Exit code 2. */
final class WrongFolderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongFolderException(String message) {
        super(message);
    }
}
