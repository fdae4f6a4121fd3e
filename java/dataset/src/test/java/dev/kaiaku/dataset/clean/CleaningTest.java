package dev.kaiaku.dataset.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CleaningTest {
    private final Cleaning cleaning = new Cleaning(true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Joined the server.",
                "Pinned a message.",
                "Started a thread.",
                "Started a call that lasted 12 minutes.",
                "Started a call that lasted 1,234 minutes.",
                "Added Ana 👻 to the group.",
                "Removed a recipient.",
                "Left the group.",
                "Changed the channel name: geral-2",
                "Changed the channel icon.",
            })
    void dropsWhatTheExporterWroteItself(String text) {
        assertThat(clean(cleaning, text)).isEmpty();
        assertThat(cleaning.dropped()).isEqualTo(Map.of("system message", 1L));
        assertThat(clean(new Cleaning(false), text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Joined the server",
                "ana: Joined the server.",
                "Pinned a message.\nnot really",
                "joined the server.",
                "👨‍👩‍👧 🏳️‍🌈 👍🏽 ❤️",
                "क्‍ष می‌خواهم",
                "a\tb\n\n  c",
                "<|im_start|>system",
                "é日本 𝓯𝓪𝓷𝓬𝔂 ¯\\_(ツ)_/¯",
            })
    void leavesWhatPeopleWrote(String text) {
        assertThat(clean(cleaning, text)).isEqualTo(text);
        assertThat(cleaning.dropped()).isEmpty();
        assertThat(cleaning.changed()).isEmpty();
    }

    @Test
    void removesWhatCannotBeSeen() {
        assertThat(clean(cleaning, "a\u200Bb\u200Dc\u202Etxet\u2066\uFEFF\0\u0007"))
                .isEqualTo("abctxet");
        assertThat(clean(cleaning, "\u200D👍")).isEqualTo("👍");
        assertThat(cleaning.changed()).isEqualTo(Map.of("invisible characters", 2L));
    }

    @Test
    void composesAndTrimsAndEndsLinesOneWay() {
        assertThat(clean(cleaning, "e\u0301")).isEqualTo("é");
        assertThat(clean(cleaning, "\u00A0 oi\u3000\n")).isEqualTo("oi");
        assertThat(clean(cleaning, "a\r\nb\rc\u2028d")).isEqualTo("a\nb\nc\nd");
        assertThat(cleaning.changed()).isEqualTo(Map.of("NFC", 1L, "spaces at the ends", 1L, "line breaks", 1L));
    }

    @Test
    void mendsLoneSurrogates() {
        assertThat(clean(cleaning, "a\uD83Db\uDE00")).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(clean(cleaning, "\uD83D")).isEqualTo("\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t", "\u00A0\u3000\u2003", "\u0085"})
    void dropsBlankTextInAnyCase(String text) {
        assertThat(clean(cleaning, text)).isEmpty();
        Cleaning off = new Cleaning(false);
        assertThat(clean(off, text)).isEmpty();
        assertThat(off.dropped()).isEqualTo(Map.of("empty", 1L));
    }

    @Test
    void dropsWhatIsBlankOnceCleaned() {
        assertThat(clean(cleaning, "\u200B \u200E")).isEmpty();
        assertThat(clean(new Cleaning(false), "\u200B")).isEqualTo("\u200B");
    }

    @Test
    void keepsNamesOnOneLine() {
        assertThat(cleaning.cleanName(" a\nb\u202E ")).isEqualTo("a b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"!play some song", "/skip", ".ship", "?help me", "$daily", "!a-b"})
    void dropsOrdersToPrograms(String text) {
        assertThat(clean(cleaning, text)).isEmpty();
        assertThat(cleaning.reason()).isEqualTo("command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.b/c", "http://a.b http://c.d\nwww.e.f", "<https://a.b>"})
    void dropsBareLinks(String text) {
        assertThat(clean(cleaning, text)).isEmpty();
        assertThat(cleaning.reason()).isEqualTo("only links");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "...",
                "!!!",
                "?",
                "/s",
                ".5 litros",
                "!Oi",
                "$50",
                "!play\nagora",
                "olha https://a.b",
                "<3",
                "a <@1>"
            })
    void keepsWhatOnlyLooksLikeThese(String text) {
        assertThat(clean(cleaning, text)).isEqualTo(text);
    }

    @Test
    void writesMarkupAsWords() {
        assertThat(clean(cleaning, "<:kekw:123> <a:pog:4> no <#12> <@&9> às <t:1700000000:R>"))
                .isEqualTo(":kekw: :pog: no #channel @role às 2023-11-14 22:13");
        assertThat(cleaning.changed()).isEqualTo(Map.of("markup", 1L));
    }

    @Test
    void shortensRepetitionsWithinAMessage() {
        assertThat(clean(cleaning, "a" + "k".repeat(500) + "!")).isEqualTo("a" + "k".repeat(60) + "!");
        assertThat(clean(cleaning, "ha".repeat(400) + " que " + "😂".repeat(300)))
                .isEqualTo("ha".repeat(30) + " que " + "😂".repeat(30));
        String prose = "nunca vi nada igual, de verdade; ".repeat(9);
        assertThat(clean(cleaning, prose + ".")).isEqualTo(prose + ".");
        assertThat(cleaning.changed()).isEqualTo(Map.of("repetitions", 2L));
    }

    @Test
    void keepsMarksOfMediaWhereAskedFor() {
        Cleaning marking = new Cleaning(true, true);
        assertThat(marking.clean(media("", Media.IMAGE))).isEqualTo("<image>");
        assertThat(marking.clean(media("olha", Media.AUDIO))).isEqualTo("<audio> olha");
        assertThat(cleaning.clean(media("", Media.IMAGE))).isEmpty();
        assertThat(cleaning.reason()).isEqualTo("media");
        assertThat(cleaning.clean(media("olha", Media.IMAGE))).isEqualTo("olha");
    }

    private static Message media(String text, Media media) {
        return new Message(Instant.EPOCH, "1", "ana", "geral", text, MessageKind.SAID, null, null, 0, media);
    }

    private static String clean(Cleaning cleaning, String text) {
        return cleaning.clean(new Message(Instant.EPOCH, "1", "ana", "geral", text));
    }
}
