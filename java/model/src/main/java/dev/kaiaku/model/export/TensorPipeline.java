package dev.kaiaku.model.export;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Streams the tensors of a model into several files from one read: while all processors merge and convert a few
 * million values, one thread reads the next ones and another writes the last ones. Memory is a few such chunks,
 * whatever the size of the model.
 */
public final class TensorPipeline {
    private static final int CHUNK_VALUES = 1 << 22;
    private static final int TASK_VALUES = 1 << 16;
    private static final int SLOTS = 2;
    private static final float LARGEST_F16 = 65504;

    private final MergedModel model;
    private final List<? extends TensorSink> sinks;
    private final ConcurrentLinkedQueue<Scratch> scratch = new ConcurrentLinkedQueue<>();
    private final LongAdder kernelNanos = new LongAdder();

    private TensorPipeline(MergedModel model, List<? extends TensorSink> sinks) {
        this.model = model;
        this.sinks = sinks;
    }

    /** Room of one task: rows of the base, and the same merged. */
    private record Scratch(ByteBuffer data, FloatBuffer values) {}

    /** Rows that are read and converted together. */
    private record Chunk(TensorInfo tensor, long firstRow, int rows) {}

    /**
     * Fills every sink with every tensor.
     *
     * @param progress told in values of matrices and vectors
     * @throws BadInputException for a value that is not finite, or too large for its type
     */
    public static ExportTimes run(MergedModel model, List<? extends TensorSink> sinks, Progress progress) {
        long start = System.nanoTime();
        TensorPipeline pipeline = new TensorPipeline(model, sinks);
        ExecutorService reader = Executors.newSingleThreadExecutor();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            pipeline.run(reader, writer, progress);
        } finally {
            reader.shutdownNow();
            writer.shutdownNow();
        }
        // The caller works too; with one processor there are still two threads.
        int workers = ForkJoinPool.getCommonPoolParallelism() + 1;
        return new ExportTimes((System.nanoTime() - start) / 1e9, pipeline.kernelNanos.sum() / 1e9 / workers);
    }

    private void run(ExecutorService reader, ExecutorService writer, Progress progress) {
        List<Chunk> chunks = chunks();
        long total = model.tensors().stream()
                .mapToLong(tensor -> tensor.rows() * tensor.columns())
                .sum();
        long done = 0;
        List<ByteBuffer[]> slots = new ArrayList<>();
        List<@Nullable Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new ByteBuffer[sinks.size()]);
            writes.add(null);
        }
        Future<MergedRows> next = reader.submit(() -> read(chunks.get(0)));
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            MergedRows rows = await(next);
            if (i + 1 < chunks.size()) {
                Chunk following = chunks.get(i + 1);
                next = reader.submit(() -> read(following));
            }
            int slot = i % SLOTS;
            finish(writes.get(slot));
            ByteBuffer[] encoded = slots.get(slot);
            encode(chunk, rows, encoded);
            writes.set(slot, writer.submit(() -> write(chunk, encoded)));
            done += chunk.rows() * chunk.tensor().columns();
            progress.report("exporting", done, total);
        }
        writes.forEach(TensorPipeline::finish);
    }

    /** Whole heads where a tensor has more rows than one, so that sinks may reorder the rows of a head. */
    private List<Chunk> chunks() {
        int head = model.config().headDim();
        List<Chunk> chunks = new ArrayList<>();
        for (TensorInfo tensor : model.tensors()) {
            int rows = Math.max(1, (int) (CHUNK_VALUES / tensor.columns()) / head) * head;
            for (long row = 0; row < tensor.rows(); row += rows) {
                chunks.add(new Chunk(tensor, row, (int) Math.min(rows, tensor.rows() - row)));
            }
        }
        return chunks;
    }

    private MergedRows read(Chunk chunk) {
        return model.source(chunk.tensor()).read(chunk.firstRow(), chunk.rows());
    }

    private void write(Chunk chunk, ByteBuffer[] encoded) {
        for (int i = 0; i < encoded.length; i++) {
            sinks.get(i).write(chunk.tensor(), encoded[i].duplicate());
        }
    }

    private void encode(Chunk chunk, MergedRows rows, ByteBuffer[] encoded) {
        int columns = Math.toIntExact(chunk.tensor().columns());
        float limit = Float.MAX_VALUE;
        for (int i = 0; i < encoded.length; i++) {
            TensorType type = sinks.get(i).type(chunk.tensor());
            limit = type == TensorType.F16 ? LARGEST_F16 : limit;
            int bytes = Math.toIntExact(chunk.rows() * type.rowBytes(columns));
            @Nullable ByteBuffer room = encoded[i];
            if (room == null || room.capacity() < bytes) {
                room = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            }
            encoded[i] = room.clear().limit(bytes);
        }
        float largest = limit;
        int step = Math.max(1, TASK_VALUES / columns);
        IntStream.range(0, (chunk.rows() + step - 1) / step).parallel().forEach(task -> {
            int first = task * step;
            encode(chunk, rows, first, Math.min(step, chunk.rows() - first), largest, encoded);
        });
    }

    private void encode(Chunk chunk, MergedRows rows, int first, int count, float limit, ByteBuffer[] encoded) {
        TensorInfo tensor = chunk.tensor();
        int columns = Math.toIntExact(tensor.columns());
        Scratch room = scratch(Math.toIntExact(count * rows.rowBytes()), count * columns);
        FloatBuffer values = room.values().clear().limit(count * columns);
        rows.merge(first, count, room.data(), values);
        check(tensor, values, limit);
        long before = System.nanoTime();
        for (int i = 0; i < encoded.length; i++) {
            TensorSink sink = sinks.get(i);
            TensorType type = sink.type(tensor);
            int rowBytes = Math.toIntExact(type.rowBytes(columns));
            ByteBuffer out = encoded[i].slice(first * rowBytes, count * rowBytes);
            Ggml.quantize(type.id(), values, count, columns, sink.importance(tensor), out);
        }
        kernelNanos.add(System.nanoTime() - before);
        scratch.add(room);
    }

    private Scratch scratch(int bytes, int values) {
        @Nullable Scratch room = scratch.poll();
        if (room != null && room.data().capacity() >= bytes && room.values().capacity() >= values) {
            return room;
        }
        int most = Math.max(values, TASK_VALUES);
        return new Scratch(ByteBuffer.allocateDirect(Math.max(bytes, most * Float.BYTES)), MergedRows.floats(most));
    }

    private static void check(TensorInfo tensor, FloatBuffer values, float limit) {
        for (int i = 0; i < values.limit(); i++) {
            // False for a NaN too.
            if (!(Math.abs(values.get(i)) <= limit)) {
                throw new BadInputException("tensor " + tensor.name() + " would hold " + values.get(i)
                        + (Float.isFinite(values.get(i))
                                ? ", too large for F16; export as BF16 or Q8_0"
                                : "; the base or the adapter is broken"));
            }
        }
    }

    private static void finish(@Nullable Future<?> write) {
        if (write != null) {
            await(write);
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
