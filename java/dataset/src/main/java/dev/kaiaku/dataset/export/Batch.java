package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.clean.Cleaning;
import dev.kaiaku.dataset.scrub.ScrubCounts;
import dev.kaiaku.dataset.scrub.Scrubber;
import dev.kaiaku.dataset.store.Hash64;
import dev.kaiaku.dataset.store.StoredText;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Some messages in the order of reading: filled by the reader, then cleaned and scrubbed by one worker. */
final class Batch implements Callable<Batch> {
    static final int SIZE = 1 << 10;
    /** Characters after which a batch is full, however few its messages are. */
    private static final int MOST_TEXT = 1 << 20;

    private final @Nullable Message[] messages = new @Nullable Message[SIZE];
    private final int[] accounts = new int[SIZE];
    private final @Nullable String[] reasons = new @Nullable String[SIZE];
    private final int[] ends = new int[SIZE];
    private final StoredText records = new StoredText();
    private final ScrubCounts scrubbed = new ScrubCounts();
    private final Cleaning cleaning;
    private final @Nullable Scrubber scrubber;
    private int size;
    private int characters;

    Batch(DatasetOptions options, @Nullable Scrubber scrubber) {
        cleaning = new Cleaning(options.clean(), options.markMedia());
        this.scrubber = scrubber;
    }

    /**
     * Adds a message.
     *
     * @param account of {@link dev.kaiaku.dataset.people.People}
     * @param reason to drop it, where one is known already
     */
    void add(Message message, int account, @Nullable String reason) {
        messages[size] = message;
        accounts[size] = account;
        reasons[size] = reason;
        characters += message.text().length();
        size++;
    }

    boolean isFull() {
        return size == SIZE || characters >= MOST_TEXT;
    }

    int size() {
        return size;
    }

    @Override
    public Batch call() {
        for (int i = 0; i < size; i++) {
            if (reasons[i] == null) {
                Message message = message(i);
                String text = cleaning.clean(message);
                reasons[i] = cleaning.reason();
                if (!text.isEmpty()) {
                    String kept = scrubber == null ? text : scrubber.scrub(text, scrubbed);
                    records.add(kept, message.reactions(), id(message.id()));
                }
            }
            ends[i] = records.end();
        }
        return this;
    }

    Message message(int index) {
        Message message = messages[index];
        if (message == null) {
            throw new IllegalArgumentException(index + " of " + size);
        }
        return message;
    }

    int account(int index) {
        return accounts[index];
    }

    /** Why a message is left out, or null. */
    @Nullable String reason(int index) {
        return reasons[index];
    }

    byte[] records() {
        return records.bytes();
    }

    int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    int end(int index) {
        return ends[index];
    }

    Cleaning cleaning() {
        return cleaning;
    }

    ScrubCounts scrubbed() {
        return scrubbed;
    }

    /** The fingerprint of the id of a message; 0 for none. */
    static long id(@Nullable String id) {
        return id == null ? 0 : Hash64.of(id) | 1;
    }
}
