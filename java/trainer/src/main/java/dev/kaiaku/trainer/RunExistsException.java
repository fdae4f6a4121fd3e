package dev.kaiaku.trainer;

import java.nio.file.Path;

/** The folder of a run holds something already; a run never writes over another. Exit code 2. */
public final class RunExistsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunExistsException(Path run) {
        super(run + " is not empty; name another folder with --out, or remove it");
    }
}
