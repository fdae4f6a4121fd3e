package dev.kaiaku.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.html.BarChart;
import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.eval.Figure;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.trainer.report.RunReport;
import dev.kaiaku.trainer.verify.Ladder;
import dev.kaiaku.trainer.verify.LadderPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One page of a project: what its folder holds, and which commands would add what it does not. */
final class ProjectReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Figure> COLUMNS = List.of(
            Figure.NLL, Figure.STYLE_20, Figure.COHERENCE, Figure.COPIED_RUNS, Figure.PERSONAL_DATA, Figure.UNFINISHED);

    private final Project project;
    private final Path out;
    private final List<RunRow> runs;

    /** @param out where the page goes */
    ProjectReport(Project project, Path out) {
        this.project = project;
        this.out = out;
        runs = project.runs().stream().map(RunRow::read).toList();
    }

    List<RunRow> runs() {
        return runs;
    }

    void write() {
        Optional<DatasetSummary> data = project.data().map(DatasetSummary::read);
        String name = data.map(summary -> summary.persona().name())
                .orElse(project.folder().toString());
        HtmlPage page = new HtmlPage("The persona of " + name);
        links(page);
        page.section("Dataset");
        data.ifPresentOrElse(
                summary -> page.facts(facts(summary)),
                () -> page.remark("None here; `kaiaku-train dataset build` makes one."));
        training(page);
        page.section("What the export lost");
        project.file(Ladder.FILE)
                .ifPresentOrElse(
                        file -> LadderPage.append(Ladder.read(file), page),
                        () -> page.remark("Not measured; `kaiaku-train export RUN --out FILE --verify` measures it."));
        page.section("Evaluation");
        project.file("eval.json")
                .ifPresentOrElse(
                        file -> evaluation(page, json(file)),
                        () -> page.remark("None yet; `kaiaku-train eval RUN --data DIR` makes one."));
        page.section("How to use it").commands(usage());
        page.write(out);
    }

    private void links(HtmlPage page) {
        Map<String, String> pages = new LinkedHashMap<>();
        project.data()
                .map(folder -> folder.resolve(DatasetBuilder.REPORT))
                .ifPresent(file -> link(pages, "Dataset", file));
        best().ifPresent(run -> link(pages, "Training", run.folder().resolve(RunReport.FILE)));
        project.file(PersonaExport.PAGE).ifPresent(file -> link(pages, "Export", file));
        project.file("eval.html").ifPresent(file -> link(pages, "Evaluation", file));
        if (!pages.isEmpty()) {
            page.links(pages);
        }
    }

    private void link(Map<String, String> pages, String name, Path file) {
        if (Files.exists(file)) {
            Path from = out.toAbsolutePath().normalize().resolveSibling("");
            pages.put(
                    name,
                    from.relativize(file.toAbsolutePath().normalize())
                            .toString()
                            .replace('\\', '/'));
        }
    }

    private static Map<String, String> facts(DatasetSummary data) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Messages", grouped(data.messages()));
        facts.put("People", grouped(data.authors()));
        facts.put("From", day(data.from()));
        facts.put("To", day(data.to()));
        facts.put("The persona's messages", grouped(data.personaMessages()));
        facts.put("Samples to learn", grouped(data.trainSamples()));
        facts.put("Replies to learn", grouped(data.trainReplies()));
        facts.put("Replies held out", grouped(data.validationReplies()));
        facts.put("Context", data.rule() + ", gap " + data.gap());
        facts.put(
                "Private details replaced",
                grouped(data.scrubbed().values().stream()
                        .mapToLong(count -> count)
                        .sum()));
        return facts;
    }

    private void training(HtmlPage page) {
        page.section("Training");
        if (runs.isEmpty()) {
            page.remark("No run here; `kaiaku-train train` makes one.");
            return;
        }
        if (runs.size() > 1) {
            List<List<String>> rows = new ArrayList<>();
            for (RunRow run : runs) {
                rows.add(List.of(
                        project.folder().relativize(run.folder()).toString(),
                        run.file().base(),
                        Integer.toString(run.steps()),
                        RunRow.nll(run.baseNll()),
                        RunRow.nll(run.bestNll()),
                        run.ended()));
            }
            page.table(List.of("Run", "Base", "Updates", "NLL of the base", "Lowest NLL", "Ended"), rows);
        }
        best().ifPresent(run -> {
            page.remark(project.folder().relativize(run.folder()) + " on "
                    + run.file().base() + ".");
            RunReport.append(run.folder(), page);
        });
    }

    private Optional<RunRow> best() {
        return runs.stream()
                .min(Comparator.comparingDouble(run -> Double.isNaN(run.bestNll()) ? Double.MAX_VALUE : run.bestNll()));
    }

    private static void evaluation(HtmlPage page, JsonNode evaluation) {
        page.remark(evaluation.path("how").asText());
        evaluation.path("verdict").forEach(line -> page.paragraph(line.asText()));
        Map<String, Double> tone = new LinkedHashMap<>();
        Map<String, Double> sense = new LinkedHashMap<>();
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode speaker : evaluation.path("speakers")) {
            String name = speaker.path("name").asText();
            tone.put(name, Math.max(0, 100 * speaker.path("style_way").asDouble(0)));
            sense.put(name, Math.max(0, 100 * speaker.path("coherence_way").asDouble(0)));
            List<String> row = new ArrayList<>(List.of(name));
            COLUMNS.forEach(
                    figure -> row.add(range(figure, speaker.path("figures").path(figure.id()))));
            rows.add(row);
        }
        if (!rows.isEmpty()) {
            page.charts(List.of(
                    BarChart.of("Tone, % of the way from the others to the person", tone),
                    BarChart.of("Sense, % of the person's", sense)));
            List<String> heads = new ArrayList<>(List.of("Speaker"));
            COLUMNS.forEach(figure -> heads.add(figure.label()));
            page.table(heads, rows);
        }
    }

    private static String range(Figure figure, JsonNode found) {
        return found.path("value").isNumber()
                ? figure.text(new Interval(
                        found.path("value").asDouble(),
                        found.path("low").asDouble(),
                        found.path("high").asDouble()))
                : "–";
    }

    private String usage() {
        List<Path> personas = project.personas();
        if (personas.isEmpty()) {
            return "kaiaku-train export "
                    + best().map(RunRow::folder).map(Path::toString).orElse("RUN") + " --out persona.gguf";
        }
        Path file = personas.stream()
                .filter(path -> path.getFileName().toString().equals(Pipeline.PERSONA))
                .findFirst()
                .orElse(personas.get(0));
        return """
                kaiaku-train chat %1$s
                kaiaku-train serve %1$s          # a page, and OpenAI's API, on 127.0.0.1
                kaiaku-train eval %1$s --data %2$s

                try (Persona persona = Persona.open(Path.of("%1$s"))) {
                    persona.conversation().say("you", "hi!", System.out::print);
                }""".formatted(file, project.data().map(Path::toString).orElse("DATA"));
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": damaged; evaluate again", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String day(String time) {
        return time.length() > 10 ? time.substring(0, 10) : time;
    }
}
