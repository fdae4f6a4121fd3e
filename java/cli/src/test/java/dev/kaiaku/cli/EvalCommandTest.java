package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.dataset.SampleExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation, report and list of runs, on a base with random weights: what is measured, not how good it is. */
class EvalCommandTest {
    @TempDir
    static Path folder;

    static Path base;
    static Path project;
    static Path data;
    static Path run;
    static Path gguf;

    @BeforeAll
    static void make() {
        base = folder.resolve("base");
        project = folder.resolve("project");
        data = project.resolve("data");
        run = project.resolve("run");
        gguf = project.resolve("persona.gguf");
        Path export = SampleExport.copyTo(folder.resolve("export"));
        done("models", "tiny", base, "--hidden", 32, "--feed-forward", 96);
        done(
                "dataset",
                "build",
                export,
                "--persona",
                SampleExport.PERSONA,
                "--out",
                data,
                "--validation",
                0.3,
                "--canaries",
                "1,2");
        train(run, 2);
        done("export", run, "--out", gguf, "--quant", "F16", "--verify");
    }

    @Test
    void aRunIsMeasuredBesideItsBaselinesAndTwiceTheSame() throws IOException {
        Path report = folder.resolve("eval.html");
        Program first = done("eval", run, "--data", data, "--replies", 12, "--out", report, "--json");
        byte[] page = Files.readAllBytes(report);
        Program second = done("eval", run, "--data", data, "--replies", 12, "--out", report, "--json");

        assertThat(second.out()).isEqualTo(first.out());
        assertThat(Files.readAllBytes(report)).isEqualTo(page);
        JsonNode found = first.json();
        assertThat(found.path("speakers").findValuesAsText("name"))
                .containsExactly(
                        "tico, the persona",
                        "tico, really",
                        "any real reply",
                        "Markov chain",
                        "the base, told who",
                        "the base, shown three");
        JsonNode figures = found.at("/speakers/0/figures");
        assertThat(figures).hasSizeGreaterThan(20);
        assertThat(figures.at("/nll/value").asDouble())
                .isLessThan(figures.at("/nll/floor").asDouble());
        assertThat(figures.at("/nll/low").asDouble())
                .isLessThan(figures.at("/nll/high").asDouble());
        assertThat(figures.at("/context_gain/floor").asDouble()).isZero();
        assertThat(figures.at("/rare_names/ceiling").isNumber()).isTrue();
        assertThat(found.path("canaries")).hasSize(2);
        assertThat(found.at("/canaries/0/tried").asInt()).isEqualTo(128);
        assertThat(Files.readString(folder.resolve("eval.json"))).isEqualTo(first.out());
        assertThat(Files.readString(report))
                .contains("Replies, the worst first", "Distributions", "Habits", "Canaries", "tico, the machine")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void aFileIsMeasuredByTheTrainerAndByLlama() {
        Program trainer =
                done("eval", gguf, "--data", data, "--replies", 6, "--out", folder.resolve("a.html"), "--json");
        Path page = folder.resolve("b.html");
        Object[] byLlama = {
            "eval", gguf, "--data", data, "--replies", 6, "--engine", "java-llama", "--out", page, "--json"
        };
        Program llama = done(byLlama);
        Program again = done(byLlama);

        assertThat(again.out()).isEqualTo(llama.out());
        double ours = trainer.json().at("/speakers/0/figures/nll/value").asDouble();
        double theirs = llama.json().at("/speakers/0/figures/nll/value").asDouble();
        assertThat(theirs / ours).isBetween(0.995, 1.005);
        assertThat(llama.json().at("/speakers/0/replies").asInt()).isEqualTo(6);
    }

    @Test
    void wrongUsageAndWrongFilesAreOneLine() {
        assertThat(Program.run("eval", run, "--data", data, "--replies", 0).exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(Program.run("eval", run, "--data", data, "--engine", "java-llama")
                        .complaint())
                .contains("export");
        assertThat(Program.run("eval", run, "--data", data, "--engine", "other").exitCode())
                .isEqualTo(ExitCode.USAGE);
        Program missing = Program.run("eval", run, "--data", folder.resolve("none"));
        assertThat(missing.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(missing.complaint()).contains("dataset build");
        Program noRun = Program.run("eval", data, "--data", data);
        assertThat(noRun.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(noRun.complaint()).contains("no run.json");
    }

    @Test
    void tooLittleIsSaidAndNotGraded() throws IOException {
        Path little = folder.resolve("little");
        done("dataset", "build", folder.resolve("export"), "--persona", "tico", "--out", little, "--validation", 0.02);
        Program eval = done("eval", gguf, "--data", little, "--out", folder.resolve("little.html"), "--no-baselines");

        assertThat(eval.out())
                .contains("No verdict:", "replies are held out; below 75")
                .doesNotContain("In short");
        assertThat(Files.readString(folder.resolve("little.html"))).contains("No verdict: ");
    }

    @Test
    void aPersonaWithoutAnybodyToCompareWithOrWithLinksOnlyIsNotJudged() throws IOException {
        Program alone = evaluate("alone", i -> "tico", i -> "falando sozinho número " + i + " de novo");
        assertThat(alone.out()).contains("Nobody else wrote enough", "None of the replies held out answers anybody");

        Program links = evaluate(
                "links",
                i -> i % 2 == 0 ? "ana" : "tico",
                i -> i % 2 == 0 ? "manda o link " + i + " por favor" : "https://example.org/page/" + i);
        assertThat(links.out()).contains("The persona mostly sends links");
    }

    @Test
    void projectIsOnePage() throws IOException {
        done("eval", run, "--data", data, "--replies", 6, "--no-baselines");
        Program report = done("report", project, "--json");

        Path page = project.resolve("report.html");
        assertThat(report.json().path("report").asText()).isEqualTo(page.toString());
        assertThat(report.json().path("runs")).hasSize(1);
        assertThat(Files.readString(page))
                .contains("The persona of tico", "Replies held out", "Lowest NLL", "llama.cpp")
                .contains("tico, the persona", "kaiaku-train chat " + gguf)
                .contains("href=\"./data/report.html\"", "href=\"./run/report.html\"", "href=\"./eval.html\"")
                .doesNotContain("http://", "https://", "<script");
        assertThat(Program.run("report", folder.resolve("export")).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(Program.run("report", folder.resolve("none")).complaint()).contains("no such folder");
    }

    @Test
    void runsAreListedAndCompared() {
        Path other = folder.resolve("other");
        train(other, 4);

        Program list = done("runs", "list", project, "--json");
        assertThat(list.json().at("/runs/0/run").asText()).isEqualTo(run.toString());
        assertThat(list.json().at("/runs/0/best_nll").isNumber()).isTrue();
        Program compare = done("runs", "compare", run, other, "--json");
        assertThat(compare.json().path("comparable").asBoolean()).isTrue();
        assertThat(compare.json().path("better").asText()).isEqualTo(other.toString());
        assertThat(compare.json().path("differences").findValuesAsText("name")).contains("options.data.max_steps");
        assertThat(done("runs", "compare", run, other).out()).contains("predicts the same held-out replies better");
        assertThat(done("runs", "list", folder.resolve("export")).out()).contains("No runs here");
        assertThat(Program.run("runs").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Program.run("runs", "compare", run, data).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    private interface Column {
        String of(int row);
    }

    /** A chat of 400 messages, half a minute apart, evaluated with the file that is there. */
    private static Program evaluate(String name, Column author, Column text) throws IOException {
        StringBuilder csv = new StringBuilder("AuthorID,Author,Date,Content,Attachments,Reactions\n");
        for (int i = 0; i < 400; i++) {
            String time = String.format("2026-03-%02dT%02d:%02d:00.0000000+00:00", 1 + i / 40, i / 2 % 20, i % 2);
            csv.append(String.format(
                    "\"%d\",\"%s\",\"%s\",\"%s\",\"\",\"\"\n",
                    author.of(i).hashCode(), author.of(i), time, text.of(i)));
        }
        Path export = folder.resolve(name + ".csv");
        Files.writeString(export, csv);
        Path out = folder.resolve(name);
        done(
                "dataset",
                "build",
                export,
                "--persona",
                "tico",
                "--out",
                out,
                "--validation",
                0.5,
                "--starters",
                "--clean",
                "off");
        return done("eval", gguf, "--data", out, "--replies", 6, "--out", folder.resolve(name + ".html"));
    }

    private static void train(Path out, int steps) {
        done(
                "train",
                "--base",
                base,
                "--data",
                data,
                "--out",
                out,
                "--max-steps",
                steps,
                "--batch-tokens",
                512,
                "--seq-len",
                256,
                "--lr",
                "1e-2");
    }

    private static Program done(Object... args) {
        Program program = Program.run(args);
        assertThat(program.exitCode()).as(List.of(args) + ": " + program.err()).isZero();
        return program;
    }
}
