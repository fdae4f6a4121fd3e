package dev.kaiaku.trainer;

/** Training went wrong at a step that the message names; the best adapter so far has been written. Exit code 1. */
public final class TrainingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
