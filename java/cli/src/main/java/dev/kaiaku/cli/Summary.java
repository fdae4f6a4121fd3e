package dev.kaiaku.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.DatasetPreview.Span;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.eval.Evaluated;
import dev.kaiaku.eval.Figure;
import dev.kaiaku.eval.Scores;
import dev.kaiaku.eval.copies.Exposure;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.tune.Choice;
import dev.kaiaku.eval.tune.Contest;
import dev.kaiaku.eval.tune.Quality;
import dev.kaiaku.eval.tune.TuneReport;
import dev.kaiaku.serve.game.Game;
import dev.kaiaku.trainer.TrainResult;
import dev.kaiaku.trainer.judgement.ContextCheck;
import dev.kaiaku.trainer.verify.Ladder;
import dev.kaiaku.trainer.verify.Rung;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A result in two forms: lines for people, and one line of JSON with snake_case keys. */
final class Summary {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int NAME_WIDTH = 22;

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
                "%.0f tokens/s, %s of memory at the most (%+.1f %% against the plan). Adapter: %s",
                result.tokensPerSecond(),
                TrainingDisplay.bytes(result.peakMemoryBytes()),
                off(result.peakMemoryBytes(), result.plannedMemoryBytes()),
                result.adapter()));
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

    /** A run among others. */
    Summary standing(Contest.Standing standing) {
        Contest.Entrant entrant = standing.entrant();
        Quality quality = standing.quality();
        ObjectNode node = values.withArray("runs").addObject();
        node.put("run", entrant.run().toString())
                .put("strength", entrant.strength())
                .put("temperature", entrant.sampling().temperature())
                .put("min_p", entrant.sampling().minP())
                .put("sound", quality.sound())
                .put("score", quality.score());
        interval(node, "nll", standing.nll());
        interval(node, "change", standing.change());
        interval(node, "tone", quality.style());
        interval(node, "sense", quality.sense());
        return line(standing.line());
    }

    private static void interval(ObjectNode node, String key, Interval interval) {
        ObjectNode inner = node.putObject(key);
        finite(inner, "value", interval.value());
        finite(inner, "low", interval.low());
        finite(inner, "high", interval.high());
    }

    /** What a search found. */
    Summary tune(TuneReport report, Path page) {
        report.lines().forEach(this::line);
        Choice choice = report.choice();
        return line("The way there: " + page)
                .put("tuned_context", choice.arm().context().id())
                .put("tuned_lr", choice.arm().lr())
                .put("tuned_rank", choice.arm().rank())
                .put("tuned_strength", choice.strength())
                .put("tuned_temperature", choice.sampling().temperature())
                .put("tuned_min_p", choice.sampling().minP())
                .put("tune_seconds", report.seconds());
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

    /** What an evaluation found: every figure of every speaker with its range and its marks. */
    Summary evaluated(Evaluated evaluated) {
        evaluated.verdict().forEach(this::line);
        values.put("how", evaluated.how());
        evaluated.doubts().forEach(values.putArray("doubts")::add);
        evaluated.verdict().forEach(values.putArray("verdict")::add);
        ArrayNode speakers = values.putArray("speakers");
        for (Scores scores : evaluated.scores()) {
            ObjectNode speaker = speakers.addObject().put("name", scores.speaker());
            speaker.put("replies", scores.replies());
            finite(speaker, "style_way", style(scores));
            finite(speaker, "coherence_way", scores.coherence().way().value());
            ObjectNode figures = speaker.putObject("figures");
            scores.figures().forEach((figure, measured) -> {
                ObjectNode one = figures.putObject(figure.id());
                finite(one, "value", measured.value().value());
                finite(one, "low", measured.value().low());
                finite(one, "high", measured.value().high());
                finite(one, "floor", measured.floor());
                finite(one, "ceiling", measured.ceiling());
            });
        }
        ArrayNode canaries = values.putArray("canaries");
        for (Exposure exposure : evaluated.exposures()) {
            ObjectNode one = canaries.addObject().put("times", exposure.canary().times());
            finite(one, "bits", exposure.bits());
            one.put("rank", exposure.rank()).put("tried", exposure.tried()).put("known", exposure.known());
        }
        return speakers(evaluated.scores());
    }

    private Summary speakers(List<Scores> speakers) {
        if (!speakers.isEmpty()) {
            line("");
            line(String.format(
                    Locale.ROOT, "%-28s %6s %6s %8s %8s %8s", "", "tone", "sense", "NLL", "copies", "cut off"));
        }
        for (Scores scores : speakers) {
            line(String.format(
                    Locale.ROOT,
                    "%-28s %6s %6s %8s %8s %8s",
                    scores.speaker(),
                    percent(style(scores)),
                    percent(scores.coherence().way().value()),
                    Figure.NLL.text(scores.value(Figure.NLL)),
                    Figure.COPIED_RUNS.text(scores.value(Figure.COPIED_RUNS)),
                    Figure.UNFINISHED.text(scores.value(Figure.UNFINISHED))));
        }
        return this;
    }

    /** Training runs, a line each. */
    Summary runs(List<RunRow> rows) {
        ArrayNode all = values.putArray("runs");
        if (!rows.isEmpty()) {
            line(String.format(
                    Locale.ROOT,
                    "%-28s %-22s %8s %8s %8s %8s  %s",
                    "RUN",
                    "BASE",
                    "SAMPLES",
                    "UPDATES",
                    "BASE NLL",
                    "BEST NLL",
                    "ENDED"));
        }
        for (RunRow row : rows) {
            line(String.format(
                    Locale.ROOT,
                    "%-28s %-22s %,8d %,8d %8s %8s  %s",
                    row.folder(),
                    shortened(row.file().base()),
                    row.file().plan().trainSamples(),
                    row.steps(),
                    RunRow.nll(row.baseNll()),
                    RunRow.nll(row.bestNll()),
                    row.ended()));
            all.add(run(row));
        }
        return this;
    }

    /**
     * Two runs beside each other.
     *
     * @param differences name and both values
     * @param comparable whether they predicted the same replies on the same base
     */
    Summary comparison(RunRow a, RunRow b, List<List<String>> differences, boolean comparable) {
        runs(List.of(a, b)).line("");
        differences.forEach(
                row -> line(String.format(Locale.ROOT, "%-34s %-30s %s", row.get(0), row.get(1), row.get(2))));
        line("");
        values.put("comparable", comparable);
        if (!comparable) {
            line("Their NLLs can't be compared: another base, or other replies held out.");
        } else if (Double.isNaN(a.bestNll()) || Double.isNaN(b.bestNll())) {
            line("One of them was not evaluated.");
        } else {
            RunRow better = a.bestNll() <= b.bestNll() ? a : b;
            double change = Math.abs(a.bestNll() - b.bestNll()) / Math.max(a.bestNll(), b.bestNll());
            values.put("better", better.folder().toString());
            line(String.format(
                    Locale.ROOT,
                    "%s predicts the same held-out replies better, by %.2f %%.",
                    better.folder(),
                    100 * change));
        }
        ArrayNode rows = values.putArray("differences");
        differences.forEach(row ->
                rows.addObject().put("name", row.get(0)).put("a", row.get(1)).put("b", row.get(2)));
        return this;
    }

    private static String shortened(String name) {
        return name.length() <= NAME_WIDTH ? name : name.substring(0, NAME_WIDTH - 1) + "…";
    }

    private static ObjectNode run(RunRow row) {
        ObjectNode node = MAPPER.createObjectNode().put("run", row.folder().toString());
        node.put("base", row.file().base())
                .put("train_samples", row.file().plan().trainSamples());
        node.put("steps", row.steps());
        finite(node, "base_nll", row.baseNll());
        finite(node, "best_nll", row.bestNll());
        return node.put("ended", row.ended());
    }

    /** How judges did in a game. */
    Summary game(Game game) {
        ArrayNode judges = values.putArray("judges");
        game.results().forEach(result -> judges.add(judge(result)));
        values.set("pooled", judge(game.pooled()));
        if (game.results().isEmpty()) {
            return line("Nobody judged.");
        }
        game.results().forEach(result -> line(text(result)));
        return line(text(game.pooled()));
    }

    private static ObjectNode judge(Game.Result result) {
        ObjectNode node = MAPPER.createObjectNode().put("judge", result.judge());
        node.put("right", result.right()).put("asked", result.asked());
        finite(node, "share", result.share());
        return node.put("low", result.low()).put("high", result.high());
    }

    private static String text(Game.Result result) {
        return String.format(
                Locale.ROOT,
                "%-20s recognised %d of %d, %.0f %% [%.0f, %.0f]: %s",
                result.judge(),
                result.right(),
                result.asked(),
                100 * result.share(),
                100 * result.low(),
                100 * result.high(),
                result.verdict());
    }

    private static double style(Scores scores) {
        return scores.style().isEmpty() ? Double.NaN : scores.style().get(0).way();
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.0f %%", 100 * share) : "–";
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
