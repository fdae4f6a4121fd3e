package dev.kaiaku.trainer;

/** A run cannot be gone on with by these options. Exit code 2. */
public final class ResumeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ResumeRefusedException(String message) {
        super(message);
    }
}
