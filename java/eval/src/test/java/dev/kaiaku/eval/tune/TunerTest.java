package dev.kaiaku.eval.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.ResumeRefusedException;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.StepReport;
import dev.kaiaku.trainer.StopSignal;
import dev.kaiaku.trainer.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole searches on a tiny random base and the made-up chat. */
class TunerTest {
    @TempDir
    private Path folder;

    private BaseModel base;
    private Path export;

    @BeforeEach
    void open() {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA));
        base = BaseModels.open(folder.resolve("base"));
        export = SampleExport.copyTo(folder.resolve("export"));
    }

    @AfterEach
    void close() {
        base.close();
    }

    /** Remembers what was said, and asks to stop at an update of an arm; 0: never. */
    private static final class Watcher implements TuneListener {
        private final List<String> said = new ArrayList<>();
        private final StopSignal stop = new StopSignal();
        private final int stopAt;
        private int updates;

        Watcher(int stopAt) {
            this.stopAt = stopAt;
        }

        @Override
        public void next(String line) {
            said.add(line);
        }

        @Override
        public void trained(StepReport report) {
            updates++;
            if (updates == stopAt) {
                stop.request();
            }
        }

        @Override
        public void report(String task, long done, long total) {}
    }

    private TuneTask task(String name, long lr) {
        TrainOptions training = TrainOptions.builder()
                .maxSteps(8)
                .evalEvery(2)
                .seqLen(192)
                .batchTokens(256)
                .lr(lr * 1e-3)
                .threads(1)
                .seed(3)
                .build();
        return new TuneTask(
                List.of(export),
                SampleExport.PERSONA,
                ContextRule.SESSION,
                rule -> DatasetOptions.builder().context(rule).validation(0.2).build(),
                training,
                Duration.ofMinutes(30),
                folder.resolve(name));
    }

    private TuneReport tune(String name, Watcher watcher) {
        return Objects.requireNonNull(Tuner.tune(task(name, 2), base, watcher, watcher.stop));
    }

    @Test
    void aSearchHalvesItsArmsAndGoesTheSameWayWhereItWasStopped() throws IOException {
        TuneReport straight = tune("straight", new Watcher(0));
        requireHalvedArmsAndTheBestOneTrained(straight);
        for (int stopAt : new int[] {1, 3, 4}) {
            Watcher watcher = new Watcher(stopAt);
            assertThat(Tuner.tune(task("stopped", 2), base, watcher, watcher.stop))
                    .isNull();
        }
        // A process that is killed while it notes something leaves half a line.
        Path ledger = folder.resolve("stopped/" + Ledger.FILE);
        Files.writeString(ledger, Files.readString(ledger) + "{\"key\":\"half");
        TuneReport stopped = tune("stopped", new Watcher(0));
        assertThat(stopped.rungs()).isEqualTo(straight.rungs());
        assertThat(stopped.choice()).isEqualTo(straight.choice());
        assertThat(stopped.strength()).isEqualTo(straight.strength());

        Watcher again = new Watcher(0);
        assertThat(tune("stopped", again)).isEqualTo(stopped);
        assertThat(again.updates).isZero();
        assertThatThrownBy(() -> Tuner.tune(task("stopped", 1), base, again, again.stop))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("another base, export or options");
    }

    private void requireHalvedArmsAndTheBestOneTrained(TuneReport report) {
        assertThat(report.rungs().stream().filter(rung -> rung.share() == 0.25).count())
                .isGreaterThanOrEqualTo(6);
        Rung best = report.rungs().stream()
                .filter(rung -> rung.arm().equals(report.choice().arm()) && rung.share() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(best.updates()).isEqualTo(8);
        assertThat(report.strength().points()).hasSize(StrengthScan.STRENGTHS.size());
        assertThat(folder.resolve("straight/" + TuneReport.PAGE)).content().contains("Strength", "Sampling");
        assertThat(report.lines()).anyMatch(line -> line.contains("Picked in"));
        // What was measured of the arm that was picked is what its folder holds.
        HeldOut.Shared shared = HeldOut.shared(
                EvalData.read(folder.resolve("straight/data-block")),
                EvalData.read(folder.resolve("straight/data-session")));
        HeldOut held = report.choice().arm().context().id().equals("block") ? shared.block() : shared.session();
        Path adapter = task("straight", 2).run(report.choice().arm()).resolve("adapter");
        try (Speaker model = Speaker.open(
                base, PeftAdapter.read(adapter), task("straight", 2).training().compute(), (what, done, total) -> {})) {
            assertThat(held.nllPerByte(model, 192, (what, done, total) -> {})).isEqualTo(best.nll());
        }
    }

    @Test
    void tooFewHeldOutRepliesAreNoGroundToChooseOn() throws IOException {
        Path small = folder.resolve("small.csv");
        List<String> rows = Files.readAllLines(export);
        Files.write(small, rows.subList(0, 60));
        TuneTask task = task("small", 2);
        TuneTask few = new TuneTask(
                List.of(small),
                task.persona(),
                task.first(),
                task.data(),
                task.training(),
                task.budget(),
                task.folder());
        assertThatThrownBy(() -> Tuner.tune(few, base, new Watcher(0), new StopSignal()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("replies are held out");
    }
}
