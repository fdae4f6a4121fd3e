package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.Message;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Somebody who says the same again and again: the third time in a row and all that follow. Not thread-safe. */
final class Floods {
    static final String REASON = "flood";

    private static final int ALLOWED = 2;
    private static final Duration PAUSE = Duration.ofMinutes(5);

    private @Nullable Message last;
    private int times;

    /** Whether a message goes on with a flood; asked of every message of a channel in order. */
    boolean goesOn(Message message) {
        Message before = last;
        last = message;
        boolean same = before != null
                && !message.text().isBlank()
                && before.authorId().equals(message.authorId())
                && before.text().equals(message.text())
                && before.channel().equals(message.channel())
                && Duration.between(before.time(), message.time()).abs().compareTo(PAUSE) < 0;
        times = same ? times + 1 : 1;
        return times > ALLOWED;
    }
}
