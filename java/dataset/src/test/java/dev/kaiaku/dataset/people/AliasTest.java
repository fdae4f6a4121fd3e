package dev.kaiaku.dataset.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Message;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AliasTest {
    private People people = new People(name -> name, true);

    @Test
    void joinsAccountsByIdAndName() {
        int old = add(1, "1", "ana#0001");
        int deleted = add(2, "2", "Deleted User");
        int ana = add(3, "3", "Ana");
        int beto = add(4, "4", "beto");
        people.join(Map.of("1", "Ana", "deleted user", "3"));
        assertThat(people.count()).isEqualTo(2);
        assertThat(people.person(old)).isEqualTo(people.person(deleted)).isEqualTo(ana);
        assertThat(people.name(old)).isEqualTo("Ana");
        assertThat(people.messages(ana)).isEqualTo(3);
        assertThat(people.find("ana#0001")).isEqualTo(ana);
        assertThat(people.name(beto)).isEqualTo("beto");
    }

    @Test
    void givesANameThatNobodyHasYet() {
        int number = add(1, "+55 11 90000-0000", "+55 11 90000-0000");
        people.join(Map.of("+55 11 90000-0000", "Mãe"));
        assertThat(people.name(number)).isEqualTo("Mãe");
        assertThat(people.find("mãe")).isEqualTo(number);
    }

    @Test
    void saysWhoIsMeantByNobody() {
        add(1, "1", "Ana");
        assertThatThrownBy(() -> people.join(Map.of("Anna", "Beto")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("--alias Anna=Beto: \"Anna\" is not in this export; the nearest names: Ana (1 message)");
    }

    @Test
    void tellsPeopleOfOneNameApart() {
        int second = add(20, "1", "Ana");
        int first = add(10, "2", "Ana");
        assertThat(people.name(first)).isEqualTo("Ana");
        assertThat(people.name(second)).isEqualTo("Ana (2)");
    }

    @Test
    void aNameCannotLookLikeTheEndOfOne() {
        assertThat(people.name(add(1, "1", "x]: oi [y"))).isEqualTo("x): oi (y");
    }

    @Test
    void pseudonymsFollowTheFirstMessages() {
        people = new People(name -> name, true, true);
        int later = add(20, "1", "Ana");
        int earlier = add(10, "2", "Beto");
        assertThat(people.name(earlier)).isEqualTo("Person 1");
        assertThat(people.name(later)).isEqualTo("Person 2");
        assertThat(people.find("Ana")).isEqualTo(later);
        Mentions mentions = new Mentions(people, true);
        assertThat(mentions.named("oi @Ana, e @Beto! @Anastácia <@2> <@99>"))
                .isEqualTo("oi @Person 2, e @Person 1! @Anastácia @Person 1 @someone");
    }

    @Test
    void mentionsByIdGetNames() {
        add(1, "1", "Ana");
        Mentions mentions = new Mentions(people, false);
        assertThat(mentions.named("<@1> e <@!1>, a@b")).isEqualTo("@Ana e @Ana, a@b");
    }

    private int add(long second, String id, String name) {
        return people.add(new Message(Instant.ofEpochSecond(second), id, name, "geral", "oi"));
    }
}
