package dev.kaiaku.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.kaiaku.dataset.input.Sha256;
import dev.kaiaku.dataset.selection.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes conversations to a JSON Lines file, a line each. Made by {@link ConversationFile#writer}. Not thread-safe. */
public final class ConversationWriter implements AutoCloseable {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final AtomicFile file;
    private final MessageDigest digest = Sha256.digest();
    private int count;
    private long bytes;

    ConversationWriter(AtomicFile file) {
        this.file = file;
    }

    /** Some lines that are ready to be written; several threads can make them at once. Not thread-safe itself. */
    public static final class Lines {
        private final ByteArrayBuilder bytes = new ByteArrayBuilder(1 << 16);
        private final JsonGenerator generator;
        private int count;

        public Lines() {
            try {
                generator = JSON.createGenerator(bytes);
                generator.setRootValueSeparator(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Adds a line, with where the conversation comes from where that is known. */
        public Lines add(Conversation conversation, @Nullable SampleMeta meta) {
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
                    write(meta.score());
                    generator.writeEndObject();
                }
                generator.writeEndObject();
                generator.writeRaw('\n');
                count++;
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Conversations added. */
        public int count() {
            return count;
        }

        private byte[] toBytes() {
            try {
                generator.flush();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void write(@Nullable Score score) throws IOException {
            if (score != null) {
                generator.writeNumberField("score", score.value());
                generator.writeObjectFieldStart("features");
                for (Map.Entry<String, Double> feature : score.byLabel().entrySet()) {
                    generator.writeNumberField(feature.getKey(), feature.getValue());
                }
                generator.writeEndObject();
            }
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

    /** Adds a line. */
    public void write(Conversation conversation) {
        write(conversation, null);
    }

    /** Adds a line that says where the conversation comes from. */
    public void write(Conversation conversation, @Nullable SampleMeta meta) {
        write(new Lines().add(conversation, meta));
    }

    /** Adds lines that were made before. */
    public void write(Lines lines) {
        byte[] text = lines.toBytes();
        try {
            file.stream().write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        digest.update(text);
        count += lines.count();
        bytes += text.length;
    }

    /** Lines written so far. */
    public int count() {
        return count;
    }

    /** Length of the file so far. */
    public long bytes() {
        return bytes;
    }

    /** The SHA-256 of all lines in hexadecimal digits; to be asked for once, when nothing is written any more. */
    public String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What has to be committed once everything is written. */
    public AtomicFile file() {
        return file;
    }

    /** Gives up what was not committed. */
    @Override
    public void close() {
        file.close();
    }
}
