package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes what a {@code tokenizer.json} holds of a SentencePiece tokeniser. */
final class PieceJson {
    private final TokenizerData data;
    private final Pieces pieces;
    private final JsonGenerator json;

    PieceJson(TokenizerData data, Pieces pieces, JsonGenerator json) {
        this.data = data;
        this.pieces = pieces;
        this.json = json;
    }

    /** The fields after {@code added_tokens}. */
    void write() throws IOException {
        writeNormalizer();
        json.writeNullField("pre_tokenizer");
        writeDecoder();
        json.writeObjectFieldStart("model");
        json.writeStringField("type", "BPE");
        json.writeNullField("dropout");
        @Nullable Integer unknown = data.unkId();
        json.writeStringField(
                "unk_token", unknown == null ? null : data.tokens().get(unknown));
        json.writeBooleanField("fuse_unk", true);
        json.writeBooleanField("byte_fallback", true);
        json.writeBooleanField("ignore_merges", false);
        json.writeObjectFieldStart("vocab");
        for (int id = 0; id < data.tokens().size(); id++) {
            if (data.types().get(id) != TokenType.UNUSED) {
                json.writeNumberField(text(id), id);
            }
        }
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        for (String[] merge : merges()) {
            json.writeStartArray();
            json.writeString(merge[0]);
            json.writeString(merge[1]);
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeNormalizer() throws IOException {
        json.writeObjectFieldStart("normalizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("normalizers");
        if (pieces.addSpacePrefix()) {
            json.writeStartObject();
            json.writeStringField("type", "Prepend");
            json.writeStringField("prepend", String.valueOf(Pieces.SPACE));
            json.writeEndObject();
        }
        writeReplace(" ", String.valueOf(Pieces.SPACE));
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeDecoder() throws IOException {
        json.writeObjectFieldStart("decoder");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("decoders");
        writeReplace(String.valueOf(Pieces.SPACE), " ");
        writeType("ByteFallback");
        writeType("Fuse");
        if (pieces.addSpacePrefix()) {
            json.writeStartObject();
            json.writeStringField("type", "Strip");
            json.writeStringField("content", " ");
            json.writeNumberField("start", 1);
            json.writeNumberField("stop", 0);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeType(String type) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
        json.writeEndObject();
    }

    private void writeReplace(String from, String to) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "Replace");
        json.writeObjectFieldStart("pattern");
        json.writeStringField("String", from);
        json.writeEndObject();
        json.writeStringField("content", to);
        json.writeEndObject();
    }

    private String text(int id) {
        String token = data.tokens().get(id);
        return data.types().get(id) == TokenType.USER_DEFINED ? token.replace(' ', Pieces.SPACE) : token;
    }

    /** Every way to put a token together from two, in the order of the scores; runs of white space first. */
    private List<String[]> merges() {
        Set<String> known = new HashSet<>();
        List<Integer> mergeable = new ArrayList<>();
        for (int id = 0; id < data.tokens().size(); id++) {
            boolean blank = blank(id);
            if (data.types().get(id) == TokenType.NORMAL || blank) {
                known.add(text(id));
                mergeable.add(id);
            }
        }
        mergeable.sort(Comparator.comparing((Integer id) -> blank(id) ? -text(id).length() : 0)
                .thenComparing(id -> -pieces.scores().get(id)));
        List<String[]> merges = new ArrayList<>();
        for (int id : mergeable) {
            String whole = text(id);
            IntStream.range(1, whole.length())
                    .filter(at -> !Character.isLowSurrogate(whole.charAt(at)))
                    .mapToObj(at -> new String[] {whole.substring(0, at), whole.substring(at)})
                    .filter(parts -> known.contains(parts[0]) && known.contains(parts[1]))
                    .forEach(merges::add);
        }
        return merges;
    }

    private boolean blank(int id) {
        return data.types().get(id) == TokenType.USER_DEFINED
                && data.tokens().get(id).isBlank();
    }
}
