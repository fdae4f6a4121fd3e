package dev.kaiaku.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;

/** Words for what went wrong when a file was written. */
public final class WriteFailure {
    private WriteFailure() {}

    /**
     * The exception to throw: a one-line {@link BadInputException} for what the user can mend (a full disk, a
     * folder that may not be written to), otherwise an {@link UncheckedIOException} that names the file.
     */
    public static RuntimeException of(Path target, IOException e) {
        String reason = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
        if (reason.contains("no space left") || reason.contains("not enough space") || reason.contains("disk full")) {
            return new BadInputException(target + ": the disk is full; free some space and run again", e);
        }
        if (reason.contains("quota exceeded") || reason.contains("file too large")) {
            return new BadInputException(target + ": over the limit of this disk or account (" + reason + ")", e);
        }
        if (e instanceof AccessDeniedException
                || e.getCause() instanceof ReadOnlyFileSystemException
                || reason.contains("read-only file system")
                || reason.contains("permission denied")) {
            return new BadInputException(target + ": may not be written; choose another place", e);
        }
        if (e instanceof FileAlreadyExistsException || reason.contains("not a directory")) {
            return new BadInputException(target + ": a file stands where a folder is needed; choose another place", e);
        }
        return new UncheckedIOException(target + ": " + e.getMessage(), e);
    }
}
