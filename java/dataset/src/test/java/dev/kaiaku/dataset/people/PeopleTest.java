package dev.kaiaku.dataset.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Message;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class PeopleTest {
    private final People people = new People(name -> name, true);

    @Test
    void showsTheNewestNameAndFindsEveryName() {
        add(20, "1", "Ana Nova");
        add(10, "1", "ana#0042");
        add(30, "2", "beto#1234");
        assertThat(people.count()).isEqualTo(2);
        assertThat(people.name("1")).isEqualTo("Ana Nova");
        assertThat(people.name("2")).isEqualTo("beto");
        assertThat(people.id(people.find("ANA NOVA"))).isEqualTo("1");
        assertThat(people.id(people.find("ana#0042"))).isEqualTo("1");
        assertThat(people.id(people.find("Beto"))).isEqualTo("2");
        assertThat(people.id(people.find("beto#1234"))).isEqualTo("2");
        assertThat(people.id(people.find("2"))).isEqualTo("2");
        assertThat(people.messages(people.find("1"))).isEqualTo(2);
    }

    @Test
    void prefersTheExactNameAndElseAsksForAnId() {
        add(1, "10", "Sam");
        add(1, "11", "sam");
        add(1, "11", "sam");
        assertThat(people.id(people.find("sam"))).isEqualTo("11");
        assertThatThrownBy(() -> people.find("SAM"))
                .isInstanceOf(BadInputException.class)
                .hasMessage("persona \"SAM\" is the name of 2 people; give one of the ids:"
                        + " 10 (1 message), 11 (2 messages)");
    }

    @Test
    void namesTheNearestFive() {
        for (String name : new String[] {"ana", "anabela", "beto", "carla", "diego", "elis", "hannah"}) {
            add(1, "id " + name, name);
        }
        assertThatThrownBy(() -> people.find("anna"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is not in this export; the nearest names: ana (1 message), ")
                .hasMessageContaining("hannah (1 message)")
                .hasMessageMatching(".*: (\\w+ \\(1 message\\)(, )?){5}");
        assertThatThrownBy(() -> people.find("bela")).hasMessageContaining("nearest names: anabela (1 message)");
    }

    private void add(long second, String id, String name) {
        people.add(new Message(Instant.ofEpochSecond(second), id, name, "geral", "oi"));
    }
}
