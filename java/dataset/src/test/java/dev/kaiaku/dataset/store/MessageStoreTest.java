package dev.kaiaku.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MessageStoreTest {
    @TempDir
    Path folder;

    private record Entry(long time, String text) {}

    @Test
    void givesBackEveryTextInTheOrderOfTime() {
        Random random = new Random(42);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            int length = random.nextInt(200) == 0 ? random.nextInt(200_000) : random.nextInt(40);
            entries.add(new Entry(random.nextInt(30_000), "é" + i + "x".repeat(length / 20) + "ü".repeat(length)));
        }
        try (MessageStore store = MessageStore.in(folder)) {
            StoredChannel channel = store.channel("geral");
            for (Entry entry : entries) {
                add(store, channel, entry, 7, 0, 0);
            }
            store.seal();
            entries.sort(Comparator.comparingLong(Entry::time));
            StoreReader reader = store.reader();
            for (int i = 0; i < entries.size(); i++) {
                assertThat(channel.nanos(i)).isEqualTo(entries.get(i).time());
                assertThat(reader.at(channel, i).text())
                        .isEqualTo(entries.get(i).text());
                assertThat(reader.reactions()).isEqualTo(7);
            }
        }
    }

    @Test
    void turnsFilesWithTheNewestFirstRound() {
        try (MessageStore store = MessageStore.in(folder)) {
            StoredChannel channel = store.channel("geral");
            for (String text : List.of("30 c", "10 b", "10 a")) {
                add(store, channel, new Entry(Long.parseLong(text.substring(0, 2)), text), 0, 0, 0);
            }
            store.endFile();
            for (String text : List.of("10 d", "30 e")) {
                add(store, channel, new Entry(Long.parseLong(text.substring(0, 2)), text), 0, 0, 0);
            }
            store.endFile();
            store.seal();
            StoreReader reader = store.reader();
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < channel.size(); i++) {
                texts.add(reader.at(channel, i).text());
            }
            assertThat(texts).containsExactly("10 a", "10 b", "10 d", "30 c", "30 e");
        }
    }

    @Test
    void findsWhatRepliesAnswerInWhateverOrderAndChannel() {
        try (MessageStore store = MessageStore.in(folder)) {
            StoredChannel first = store.channel("a");
            StoredChannel second = store.channel("b");
            add(store, second, new Entry(9, "resposta"), 0, 0, 100);
            add(store, first, new Entry(5, "tarde"), 0, 200, 0);
            add(store, first, new Entry(1, "cedo"), 0, 100, 300);
            store.seal();
            long answered = store.answered(second, 0);
            assertThat(MessageStore.channelOf(answered)).isZero();
            assertThat(MessageStore.messageOf(answered)).isZero();
            assertThat(store.answered(first, 0)).isEqualTo(-1);
            assertThat(store.answers()).isEqualTo(1);
        }
    }

    @Test
    void leavesNoFileBehind() throws IOException {
        MessageStore.in(folder).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void mapsOfNumbersHoldWhatWasPut() {
        LongMap map = new LongMap();
        Random random = new Random(1);
        long[] keys = random.longs(10_000).toArray();
        for (int i = 0; i < keys.length; i++) {
            map.put(keys[i], i);
        }
        map.put(0, -5);
        for (int i = 0; i < keys.length; i++) {
            assertThat(map.get(keys[i], -1)).isEqualTo(i);
        }
        assertThat(map.get(0, -1)).isEqualTo(-5);
        assertThat(map.get(1, -1)).isEqualTo(-1);
        assertThat(map.size()).isEqualTo(10_001);
    }

    private static void add(
            MessageStore store, StoredChannel channel, Entry entry, int reactions, long id, long answered) {
        StoredText text = new StoredText();
        text.add(entry.text(), reactions, id);
        store.add(channel, entry.time(), 0, text.bytes(), 0, text.end(), answered);
    }
}
