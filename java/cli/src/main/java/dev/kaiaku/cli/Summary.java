package dev.kaiaku.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.DatasetPreview.Span;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.trainer.TrainResult;
import dev.kaiaku.trainer.judgement.ContextCheck;
import dev.kaiaku.trainer.verify.Ladder;
import dev.kaiaku.trainer.verify.Rung;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A result in two forms: lines for people, and one line of JSON with snake_case keys. */
final class Summary {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode values = MAPPER.createObjectNode();
    private final List<String> lines = new ArrayList<>();

    Summary line(String text) {
        lines.add(text);
        return this;
    }

    Summary put(String key, long value) {
        values.put(key, value);
        return this;
    }

    /** A number that may be missing: JSON has no NaN. */
    Summary put(String key, double value) {
        finite(values, key, value);
        return this;
    }

    Summary put(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** Adds a sample to the list of those shown. */
    Summary sample(MarkedText.Sample sample) {
        ObjectNode node = values.withArray("samples").addObject();
        node.put("title", sample.title()).put("score", sample.why());
        ArrayNode spans = node.putArray("spans");
        for (Span span : sample.spans()) {
            spans.addObject().put("text", span.text()).put("learned", span.learned());
        }
        return this;
    }

    Summary dataset(DatasetSummary dataset) {
        line(String.format(
                Locale.ROOT,
                "%s: %,d messages by %d people; %,d of the persona's %,d answer somebody: %,d samples to learn, %,d to"
                        + " validate.",
                dataset.persona().name(),
                dataset.messages(),
                dataset.authors(),
                dataset.personaMessagesKept(),
                dataset.personaMessages(),
                dataset.trainSamples(),
                dataset.validationSamples()));
        if (dataset.badRows() > 0) {
            line(dataset.badRows() + " rows could not be read, the first: "
                    + dataset.firstBadRows().get(0));
        }
        return put("persona", dataset.persona().name())
                .put("messages", dataset.messages())
                .put("persona_messages", dataset.personaMessages())
                .put("persona_messages_kept", dataset.personaMessagesKept())
                .put("sessions", dataset.sessions())
                .put("train_samples", dataset.trainSamples())
                .put("validation_samples", dataset.validationSamples())
                .put("bad_rows", dataset.badRows());
    }

    Summary train(TrainResult result) {
        line(outcome(result));
        if (!result.saw().isEmpty()) {
            line("On the way: " + result.saw() + ".");
        }
        context(result.context());
        line(String.format(
                Locale.ROOT,
                "%.0f tokens/s, %s of memory at the most. Adapter: %s",
                result.tokensPerSecond(),
                TrainingDisplay.bytes(result.peakMemoryBytes()),
                result.adapter()));
        line(String.format(
                Locale.ROOT,
                "The plan was %s for weights and training, which took %+.1f %% of that more, and %s for all of it:"
                        + " %+.1f %%.",
                TrainingDisplay.bytes(result.plannedNativeBytes()),
                off(result.nativeBytes(), result.plannedNativeBytes()),
                TrainingDisplay.bytes(result.plannedMemoryBytes()),
                off(result.peakMemoryBytes(), result.plannedMemoryBytes())));
        return put("train_samples", result.trainSamples())
                .put("validation_samples", result.validationSamples())
                .put("target_tokens", result.targetTokens())
                .put("steps", result.steps())
                .put("lr", result.lr())
                .put("best_step", result.bestStep())
                .put("base_nll", result.baseNll())
                .put("best_nll", result.bestNll())
                .put("tokens_per_second", result.tokensPerSecond())
                .put("peak_memory_bytes", result.peakMemoryBytes())
                .put("planned_memory_bytes", result.plannedMemoryBytes())
                .put("planned_native_bytes", result.plannedNativeBytes())
                .put("native_bytes", result.nativeBytes())
                .put("stop_reason", result.stopReason().name().toLowerCase(Locale.ROOT))
                .put("saw", result.saw())
                .put("adapter", result.adapter().toString());
    }

    private static double off(long held, long planned) {
        return 100.0 * (held - planned) / planned;
    }

    private void context(@Nullable ContextCheck context) {
        put("context_gain", context == null ? Double.NaN : context.gain());
        if (context != null) {
            line(String.format(
                    Locale.ROOT,
                    "What was said before is worth %.3f nats per reply token: NLL %.3f, and %.3f after what others"
                            + " said.",
                    context.gain(),
                    context.trueNll(),
                    context.shuffledNll()));
        }
    }

    /** The files and the ladder of an export. */
    Summary export(PersonaExport.Written written) {
        ArrayNode files = values.putArray("files");
        written.files().forEach(file -> files.add(file.toString()));
        if (written.ladder() != null) {
            ladder(written.ladder());
        }
        return this;
    }

    private void ladder(Ladder ladder) {
        ladder.lines().forEach(this::line);
        ObjectNode node = values.putObject("ladder");
        node.put("samples", ladder.samples()).put("targets", ladder.targets()).put("holds", ladder.holds());
        ArrayNode rungs = node.putArray("rungs");
        for (Rung rung : ladder.rungs()) {
            ObjectNode one = rungs.addObject().put("name", rung.name()).put("by", rung.by());
            one.put("holds", rung.holds());
            finite(one, "nll", rung.nll());
            finite(one, "change", rung.change());
            if (rung.limit() != null) {
                one.put("limit", rung.limit().share())
                        .put("limit_tried", rung.limit().tried());
            }
        }
        if (ladder.parity() != null) {
            node.put("conversations", ladder.parity().conversations())
                    .put("other_tokens", ladder.parity().otherTokens())
                    .put("other_prompts", ladder.parity().otherPrompts());
        }
        ladder.warnings().forEach(node.putArray("warnings")::add);
    }

    private static void finite(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }

    private static String outcome(TrainResult result) {
        String updates = result.steps() + " updates";
        if (Double.isNaN(result.bestNll())) {
            return "The adapter has seen " + updates + "; there is no validation that says how good it is.";
        }
        return String.format(
                Locale.ROOT,
                "Validation NLL per reply token: %.4f before, %.4f after %s (best at %d).",
                result.baseNll(),
                result.bestNll(),
                updates,
                result.bestStep());
    }

    String text() {
        return String.join(System.lineSeparator(), lines);
    }

    String json() {
        try {
            return MAPPER.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
