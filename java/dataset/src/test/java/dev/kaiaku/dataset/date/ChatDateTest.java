package dev.kaiaku.dataset.date;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.discord.DiscordCsv;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatDateTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "2023-09-23T13:15:48.3790000+03:00, 2023-09-23T10:15:48.379Z",
        "2023-09-23T13:15:48.3790000-03:30, 2023-09-23T16:45:48.379Z",
        "2023-09-23T13:15:48Z, 2023-09-23T13:15:48Z",
        "2023-09-23T13:15:48, 2023-09-23T13:15:48Z",
        "2023-09-23 13:15:48.5, 2023-09-23T13:15:48.500Z",
        "1589682093, 2020-05-17T02:21:33Z",
        "1589682093123, 2020-05-17T02:21:33.123Z",
        "17-May-20 02:21 AM, 2020-05-17T02:21:00Z",
        "17-May-20 12:21 AM, 2020-05-17T00:21:00Z",
        "17-may-20 12:21 PM, 2020-05-17T12:21:00Z",
        "7-fev-2020 14:05, 2020-02-07T14:05:00Z",
        "06/17/2020 2:21 PM, 2020-06-17T14:21:00Z",
        "10/6/2023 12:37\u202FAM, 2023-10-06T00:37:00Z",
        "10/6/2023 12:37 a. m., 2023-10-06T00:37:00Z",
        "10/6/23 9:05:07 pm, 2023-10-06T21:05:07Z",
        "2019/01/02 11:25, 2019-01-02T11:25:00Z",
    })
    void readsTheDatesOfEveryVersion(String text, Instant expected) {
        assertThat(ChatDate.parse(text, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"06/10/2023 00:37, 2023-10-06T00:37:00Z", "6.10.2023 00:37, 2023-10-06T00:37:00Z"})
    void readsTheDayFirstWhenTold(String text, Instant expected) {
        assertThat(ChatDate.parse(text, true)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yesterday",
                "2023-13-01T00:00:00Z",
                "2023-02-29T00:00:00Z",
                "2023-01-01T24:00:00Z",
                "2023-01-01T00:00:00+3",
                "2023-01-01T00:00:00.5+03:00x",
                "2023-01-01Tab:cd:ef",
                "13/13/2023 10:00",
                "1/1/2023 13:00 PM",
                "1/1/2023",
                "1/1-2023 10:00",
                "17-Foo-20 02:21 AM",
                "99999999999999999999999999",
            })
    void saysNothingForWhatIsNoDate(String text) {
        assertThat(ChatDate.parse(text, false)).isNull();
        assertThat(ChatDate.parse(text, true)).isNull();
    }

    @Test
    void aNumberOverTwelveShowsTheDay() {
        assertThat(dayFirst("01/02/2023 10:00", "25/02/2023 10:00")).isTrue();
        assertThat(dayFirst("01/02/2023 10:00", "02/25/2023 10:00")).isFalse();
        assertThat(dayFirst("1/2/2023 10:00 AM", "25/2/2023 10:00 AM")).isTrue();
    }

    @Test
    void timeRunsOneWay() {
        assertThat(dayFirst("30/01/2023 10:00", "01/02/2023 10:00")).isTrue();
        assertThat(dayFirst("09/01/2023 10:00", "10/01/2023 10:00", "11/01/2023 10:00", "01/02/2023 10:00"))
                .isTrue();
        assertThat(dayFirst("01/09/2023 10:00", "01/10/2023 10:00", "02/01/2023 10:00"))
                .isFalse();
        assertThat(dayFirst("02/01/2023 10:00", "01/10/2023 10:00", "01/09/2023 10:00"))
                .isFalse();
    }

    @Test
    void theClockDecidesWhereNothingElseDoes() {
        assertThat(dayFirst("10/6/2023 12:37 AM")).isFalse();
        assertThat(dayFirst("06/10/2023 00:37")).isTrue();
    }

    private boolean dayFirst(String... dates) {
        Export export = new Export();
        for (String date : dates) {
            export.row("1", "ana", date, "oi");
        }
        return DiscordCsv.dayFirst(List.of(export.write(folder.resolve("geral.csv"))));
    }
}
