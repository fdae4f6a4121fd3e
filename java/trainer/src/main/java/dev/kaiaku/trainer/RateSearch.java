package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.trainer.judgement.RateTest;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.MicroBatches;
import dev.kaiaku.trainer.packing.Update;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** {@link RateTest} on the examples of a run; leaves the trainer as before the first update. */
final class RateSearch {
    private static final int UPDATE_TOKENS = 512;
    private static final int PROBE_TOKENS = 1024;

    private RateSearch() {}

    /** The rate to train at; the curve goes into {@code metrics.jsonl}. */
    static double find(
            TrainLoop.Work work, List<Example> examples, RunFile file, RunFolder run, TrainListener listener) {
        List<Example> order = new ArrayList<>(examples);
        Collections.shuffle(order, new Random(file.options().seed()));
        int probed = probeSize(order);
        int micro = file.plan().microTokens();
        List<NativeBatch> probe = MicroBatches.pack(order.subList(0, probed), micro);
        List<Example> rest = order.size() > probed ? order.subList(probed, order.size()) : order;
        int longest = rest.stream().mapToInt(Example::length).max().orElseThrow();
        Iterator<Update> updates = Update.plan(
                        rest,
                        Math.min(micro, Math.max(UPDATE_TOKENS, longest)),
                        UPDATE_TOKENS,
                        1,
                        RateTest.STEPS,
                        file.options().seed())
                .iterator();
        NativeTrainer trainer = work.trainer();
        RateTest test = RateTest.run(
                lr -> step(trainer, updates.next(), micro, lr) ? loss(trainer, probe) : Double.NaN,
                loss(trainer, probe),
                listener);
        AdapterState.upload(work.initial(), AdapterState.noMoments(work.initial()), 0, trainer);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", 0);
        line.put("rate_test", test.curve());
        line.put("lr", test.lr());
        run.metric(line);
        listener.rateFound(test);
        return test.lr();
    }

    /** Examples that are kept apart to measure on; a quarter of them at the most. */
    private static int probeSize(List<Example> order) {
        int count = 0;
        int tokens = 0;
        while (count < Math.max(1, order.size() / 4) && tokens < PROBE_TOKENS) {
            tokens += order.get(count++).length();
        }
        return count;
    }

    private static boolean step(NativeTrainer trainer, Update update, int micro, double lr) {
        try {
            for (NativeBatch batch : MicroBatches.of(update, micro)) {
                trainer.accumulate(batch);
            }
            trainer.update((float) lr);
            return true;
        } catch (NativeException e) {
            if (e.status() != NativeException.Status.NOT_FINITE) {
                throw e;
            }
            clearGradients(trainer);
            return false;
        }
    }

    /** Forgets what was accumulated; weights stay, AdamW's state has to be set anew. */
    static void clearGradients(NativeTrainer trainer) {
        try {
            trainer.update(0);
        } catch (NativeException e) {
            if (e.status() != NativeException.Status.NOT_FINITE && e.status() != NativeException.Status.WRONG_ORDER) {
                throw e;
            }
        }
    }

    private static double loss(NativeTrainer trainer, List<NativeBatch> probe) {
        try {
            return Evaluation.loss(trainer, probe, true, TrainListener.SILENT, new StopSignal())
                    .orElseThrow()
                    .mean();
        } catch (NativeException e) {
            if (e.status() != NativeException.Status.NOT_FINITE) {
                throw e;
            }
            return Double.NaN;
        }
    }
}
