package dev.kaiaku.model.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFile;
import java.nio.file.Path;
import java.util.List;

/** What {@code adapter_config.json} says that matters here. */
record PeftConfig(int rank, double alpha, boolean rankStabilised, double dropout, List<String> targets) {
    static final String FILE = "adapter_config.json";
    private static final int DEFAULT_RANK = 8;
    private static final double DEFAULT_ALPHA = 8;

    PeftConfig {
        targets = List.copyOf(targets);
    }

    static PeftConfig of(LoraAdapter adapter, double dropout) {
        return new PeftConfig(
                adapter.rank(),
                adapter.alpha(),
                adapter.rankStabilised(),
                dropout,
                PeftAdapter.targets(adapter.matrices()));
    }

    /** Writes the keys that every version of PEFT knows, and no other: old ones refuse what they don't know. */
    void write(Path directory, String baseName) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", baseName);
        json.putNull("revision");
        json.put("inference_mode", true);
        json.put("r", rank);
        if (alpha == Math.rint(alpha) && Math.abs(alpha) <= Integer.MAX_VALUE) {
            json.put("lora_alpha", (int) alpha);
        } else {
            json.put("lora_alpha", alpha);
        }
        json.put("lora_dropout", dropout);
        targets.forEach(json.putArray("target_modules")::add);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("init_lora_weights", true);
        json.put("use_rslora", rankStabilised);
        json.put("use_dora", false);
        json.putNull("modules_to_save");
        json.putObject("rank_pattern");
        json.putObject("alpha_pattern");
        json.putNull("layers_to_transform");
        json.putNull("layers_pattern");
        AtomicFile.write(directory.resolve(FILE), json.toPrettyString() + "\n");
    }

    static PeftConfig read(Path directory) {
        Path file = directory.resolve(FILE);
        JsonNode json = JsonFile.read(file);
        require(file, json.path("peft_type").asText("").equals("LORA"), "peft_type is not LORA");
        require(file, !json.path("use_dora").asBoolean(false), "use_dora: DoRA adapters are not supported");
        require(file, !json.path("fan_in_fan_out").asBoolean(false), "fan_in_fan_out is not supported");
        require(
                file,
                json.path("bias").asText("none").equals("none"),
                "bias is not \"none\": trained biases are not" + " supported");
        for (String key : List.of("rank_pattern", "alpha_pattern", "modules_to_save")) {
            require(
                    file,
                    json.path(key).isEmpty(),
                    key + " is not empty: one rank and alpha for all linears is what is" + " supported");
        }
        JsonNode rank = json.path("r");
        JsonNode alpha = json.path("lora_alpha");
        require(file, rank.isMissingNode() || (rank.isInt() && rank.intValue() > 0), "r is no positive whole number");
        require(
                file,
                alpha.isMissingNode() || (alpha.isNumber() && alpha.doubleValue() > 0),
                "lora_alpha is no number above 0");
        return new PeftConfig(
                rank.asInt(DEFAULT_RANK),
                alpha.asDouble(DEFAULT_ALPHA),
                json.path("use_rslora").asBoolean(false),
                json.path("lora_dropout").asDouble(0),
                List.of());
    }

    private static void require(Path file, boolean fulfilled, String otherwise) {
        if (!fulfilled) {
            throw new BadInputException(file + ": " + otherwise);
        }
    }
}
