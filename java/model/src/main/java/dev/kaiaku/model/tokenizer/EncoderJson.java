package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Predicate;

/** Writes a tokeniser as a {@code tokenizer.json} without added tokens. */
final class EncoderJson {
    private EncoderJson() {}

    static ObjectNode of(TokenizerData data, PreTokenizer pre, Predicate<TokenType> inVocabulary) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("version", "1.0");
        root.putArray("added_tokens");
        root.set("pre_tokenizer", preTokenizer(mapper, pre));
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE");
        model.put("ignore_merges", pre.ignoreMerges());
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < data.tokens().size(); id++) {
            if (inVocabulary.test(data.types().get(id))) {
                vocab.put(data.tokens().get(id), id);
            }
        }
        ArrayNode merges = model.putArray("merges");
        for (String merge : data.merges()) {
            int space = merge.indexOf(' ');
            merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
        }
        return root;
    }

    private static ObjectNode preTokenizer(ObjectMapper mapper, PreTokenizer pre) {
        ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        for (String regex : pre.regexes()) {
            if (regex.equals(PreTokenizer.DIGIT)) {
                steps.addObject().put("type", "Digits").put("individual_digits", true);
                continue;
            }
            ObjectNode split = steps.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", regex);
            split.put("behavior", "Isolated").put("invert", false);
        }
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        return sequence;
    }
}
