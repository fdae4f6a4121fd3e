package dev.kaiaku.bindings;

/** Native code refused a call or failed. The message is one line that names the argument or tensor. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure; the codes are those of kaiaku.h. */
    public enum Status {
        /** A null, a size, a shape, a name. */
        INVALID_ARGUMENT,
        /** Such as a tensor after the model was sealed. */
        WRONG_ORDER,
        /** The message says how many bytes were asked for. */
        OUT_OF_MEMORY,
        /** An architecture, type, device or platform that this build does not know. */
        UNSUPPORTED,
        /** A NaN or infinity in a weight, the loss or the gradient norm. */
        NOT_FINITE,
        /** A defect of the library, or of one it uses. */
        INTERNAL;

        static Status of(int code) {
            return code >= 1 && code < values().length ? values()[code - 1] : INTERNAL;
        }
    }

    private final Status status;

    public NativeException(Status status, String message) {
        super(message);
        this.status = status;
    }

    public NativeException(Status status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    public Status status() {
        return status;
    }
}
