package dev.kaiaku.model.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.InputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parsing of a header: JSON that says name, type, shape and place of every tensor. */
final class SafetensorsHeader {
    private static final int PREFIX = 8;
    private static final long MAX_HEADER = 100_000_000;
    private static final int MAX_RANK = 8;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    final Map<String, String> metadata = new LinkedHashMap<>();
    final Map<String, SafetensorsTensor> tensors = new LinkedHashMap<>();
    private final InputFile file;
    private final long dataStart;

    private SafetensorsHeader(InputFile file, long dataStart) {
        this.file = file;
        this.dataStart = dataStart;
    }

    static SafetensorsHeader read(InputFile file) {
        if (file.size() < PREFIX) {
            throw new BadInputException(file.path() + ": no safetensors file: only " + file.size() + " bytes");
        }
        long length = file.read(0, PREFIX).getLong();
        if (length < 2 || length > MAX_HEADER) {
            throw new BadInputException(
                    file.path() + ": no safetensors file: a header of " + Long.toUnsignedString(length) + " bytes");
        }
        if (length > file.size() - PREFIX) {
            throw new BadInputException(file.path() + ": cut short: the header needs " + length
                    + " bytes, the file has " + file.size() + "; download it again");
        }
        SafetensorsHeader header = new SafetensorsHeader(file, PREFIX + length);
        header.parse(file.read(PREFIX, (int) length));
        header.checkPlaces();
        return header;
    }

    private void parse(ByteBuffer header) {
        byte[] bytes = new byte[header.remaining()];
        header.get(bytes);
        try (JsonParser json = JSON.createParser(bytes)) {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    parseMetadata(json);
                } else {
                    tensors.put(name, parseTensor(json, name));
                }
            }
            if (json.nextToken() != null) {
                throw bad("text after the header's object");
            }
        } catch (JsonProcessingException e) {
            throw new BadInputException(file.path() + ": the header is not JSON as it should be", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void parseMetadata(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT, "__metadata__");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(json.nextToken(), JsonToken.VALUE_STRING, "__metadata__");
            metadata.put(key, json.getText());
        }
    }

    private SafetensorsTensor parseTensor(JsonParser json, String name) throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT, name);
        @Nullable Dtype dtype = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(value, JsonToken.VALUE_STRING, name);
                    dtype = dtype(name, json.getText());
                }
                case "shape" -> shape = naturals(json, name);
                case "data_offsets" -> offsets = naturals(json, name);
                default -> throw bad(name + " has a key that the format does not know");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw bad(name + " lacks its dtype, shape or data_offsets");
        }
        return place(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private SafetensorsTensor place(String name, Dtype dtype, List<Long> shape, long begin, long end) {
        long bytes = dtype.bytes();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw new BadInputException(file.path() + ": " + name + " has the impossible shape " + shape, e);
        }
        if (end < begin || end - begin != bytes) {
            throw bad(name + " of " + dtype + " " + shape + " needs " + bytes + " bytes, its data_offsets are [" + begin
                    + ", " + end + "]");
        }
        if (end > file.size() - dataStart) {
            throw new BadInputException(file.path() + ": cut short: tensor " + name + " needs " + bytes + " bytes at "
                    + (dataStart + begin) + ", the file has " + file.size() + "; download it again");
        }
        return new SafetensorsTensor(name, dtype, shape, dataStart + begin, bytes);
    }

    /** Tensors must fill the data without holes or overlaps. */
    private void checkPlaces() {
        long next = dataStart;
        List<SafetensorsTensor> sorted = new ArrayList<>(tensors.values());
        sorted.sort(Comparator.comparingLong(SafetensorsTensor::position).thenComparingLong(SafetensorsTensor::bytes));
        for (SafetensorsTensor tensor : sorted) {
            if (tensor.position() != next) {
                throw bad(tensor.name() + (tensor.position() < next ? " overlaps the tensor" : " leaves a hole")
                        + " before it");
            }
            next += tensor.bytes();
        }
        if (next != file.size()) {
            throw bad((file.size() - next) + " bytes after the last tensor");
        }
    }

    private List<Long> naturals(JsonParser json, String name) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY, name);
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, name);
            JsonParser.NumberType type = json.getNumberType();
            if (type == JsonParser.NumberType.BIG_INTEGER || json.getLongValue() < 0 || numbers.size() == MAX_RANK) {
                throw bad(name + " has an impossible shape or place");
            }
            numbers.add(json.getLongValue());
        }
        return numbers;
    }

    private Dtype dtype(String name, String text) {
        try {
            return Dtype.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(file.path() + ": " + name + " has the unknown dtype " + text, e);
        }
    }

    private void expect(@Nullable JsonToken token, JsonToken expected, String where) {
        if (token != expected) {
            throw bad("the header is not as the format asks for: " + where);
        }
    }

    private BadInputException bad(String what) {
        return new BadInputException(file.path() + ": " + what);
    }
}
