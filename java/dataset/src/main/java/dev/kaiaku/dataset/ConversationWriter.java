package dev.kaiaku.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes conversations to a JSON Lines file, a line each. Made by {@link ConversationFile#writer}. Not thread-safe. */
public final class ConversationWriter implements AutoCloseable {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final AtomicFile file;
    private final JsonGenerator generator;
    private int count;

    ConversationWriter(AtomicFile file) {
        this.file = file;
        try {
            generator = JSON.createGenerator(file.stream());
            generator.setRootValueSeparator(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a line. */
    public void write(Conversation conversation) {
        write(conversation, null);
    }

    /** Adds a line that says where the conversation comes from. */
    public void write(Conversation conversation, @Nullable SampleMeta meta) {
        try {
            generator.writeStartObject();
            generator.writeArrayFieldStart("messages");
            for (Turn turn : conversation.turns()) {
                write(turn);
            }
            generator.writeEndArray();
            if (meta != null) {
                generator.writeObjectFieldStart("meta");
                generator.writeNumberField("session", meta.session());
                generator.writeStringField("time", meta.time().toString());
                generator.writeStringField("channel", meta.channel());
                generator.writeEndObject();
            }
            generator.writeEndObject();
            generator.writeRaw('\n');
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines written so far. */
    public int count() {
        return count;
    }

    /** Puts the file under its name. */
    public void commit() {
        try {
            generator.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        file.commit();
    }

    /** Gives up what was not committed. */
    @Override
    public void close() {
        file.close();
    }

    private void write(Turn turn) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("role", turn.role().wireName());
        generator.writeStringField("content", turn.content());
        if (turn.role() == Role.ASSISTANT && !turn.target()) {
            generator.writeNumberField("weight", 0);
        }
        generator.writeEndObject();
    }
}
