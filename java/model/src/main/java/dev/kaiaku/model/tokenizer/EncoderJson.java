package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes a tokeniser as a {@code tokenizer.json}. */
final class EncoderJson {
    private static final JsonFactory JSON = new JsonFactory();

    private EncoderJson() {}

    /**
     * The text of the file.
     *
     * @param withAdded whether the added tokens are in it; text cannot become one where they are not
     */
    static String write(TokenizerData data, PreTokenizer pre, boolean withAdded) {
        return write(data, withAdded, json -> {
            writePreTokenizer(pre, json);
            writeDecoder(json);
            writeModel(data, pre, withAdded, json);
        });
    }

    /** The text of the file of a SentencePiece tokeniser, added tokens included. */
    static String write(TokenizerData data, Pieces pieces) {
        return write(data, true, json -> new PieceJson(data, pieces, json).write());
    }

    private interface Part {
        void write(JsonGenerator json) throws IOException;
    }

    private static String write(TokenizerData data, boolean withAdded, Part rest) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            json.writeArrayFieldStart("added_tokens");
            if (withAdded) {
                writeAddedTokens(data, json);
            }
            json.writeEndArray();
            rest.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void writeAddedTokens(TokenizerData data, JsonGenerator json) throws IOException {
        for (int id = 0; id < data.tokens().size(); id++) {
            TokenType type = data.types().get(id);
            if (type.added() || type == TokenType.UNKNOWN) {
                json.writeStartObject();
                json.writeNumberField("id", id);
                json.writeStringField("content", data.tokens().get(id));
                for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
                    json.writeBooleanField(flag, false);
                }
                json.writeBooleanField("special", type != TokenType.USER_DEFINED);
                json.writeEndObject();
            }
        }
    }

    private static void writePreTokenizer(PreTokenizer pre, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("pre_tokenizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("pretokenizers");
        for (String regex : pre.regexes()) {
            json.writeStartObject();
            if (regex.equals(PreTokenizer.DIGIT)) {
                json.writeStringField("type", "Digits");
                json.writeBooleanField("individual_digits", true);
            } else {
                json.writeStringField("type", "Split");
                json.writeObjectFieldStart("pattern");
                json.writeStringField("Regex", regex);
                json.writeEndObject();
                json.writeStringField("behavior", "Isolated");
                json.writeBooleanField("invert", false);
            }
            json.writeEndObject();
        }
        json.writeStartObject();
        writeByteLevel(json);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeDecoder(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("decoder");
        writeByteLevel(json);
        json.writeEndObject();
    }

    private static void writeByteLevel(JsonGenerator json) throws IOException {
        json.writeStringField("type", "ByteLevel");
        for (String flag : new String[] {"add_prefix_space", "trim_offsets", "use_regex"}) {
            json.writeBooleanField(flag, false);
        }
    }

    private static void writeModel(TokenizerData data, PreTokenizer pre, boolean withAdded, JsonGenerator json)
            throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("type", "BPE");
        json.writeBooleanField("ignore_merges", pre.ignoreMerges());
        json.writeObjectFieldStart("vocab");
        for (int id = 0; id < data.tokens().size(); id++) {
            // The library numbers added tokens anew unless the vocabulary holds them too.
            if (data.types().get(id) == TokenType.NORMAL
                    || (withAdded && data.types().get(id).added())) {
                json.writeNumberField(data.tokens().get(id), id);
            }
        }
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        for (String merge : data.merges()) {
            json.writeString(merge);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
