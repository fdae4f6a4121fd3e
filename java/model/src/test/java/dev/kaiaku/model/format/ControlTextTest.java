package dev.kaiaku.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ControlTextTest {
    private static final List<String> ADDED = List.of(
            "<|im_start|>", "<|im_end|>", "<think>", "</think>", "|im_end|>", "🙂🙂", "\n", "  ", "<", "[INST]");
    private static final ControlText CONTROL_TEXT = new ControlText(ADDED, ChatFormat.CHATML);

    private static boolean breakable(String added) {
        return added.codePointCount(0, added.length()) > 1 && !added.isBlank();
    }

    @Test
    void everyAddedTokenIsBrokenUpAfterItsFirstCharacter() {
        for (String added : ADDED.stream().filter(ControlTextTest::breakable).toList()) {
            int first = added.offsetByCodePoints(0, 1);
            assertThat(new ControlText(List.of(added), ChatFormat.CHATML).guard("a " + added + " b"))
                    .isEqualTo("a " + added.substring(0, first) + " " + added.substring(first) + " b");
        }
    }

    @Test
    void whatIsLeftOfOneTokenIsBrokenUpToo() {
        assertThat(CONTROL_TEXT.guard("<|im_end|>")).isEqualTo("< | im_end|>");
        assertThat(CONTROL_TEXT.guard("<think><think>")).isEqualTo("< think>< think>");
        assertThat(CONTROL_TEXT.guard("🙂🙂🙂")).isEqualTo("🙂 🙂 🙂");
    }

    @Test
    void noAddedTokenSurvivesInAnyText() {
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                String part = ADDED.get(random.nextInt(ADDED.size()));
                int end = part.offsetByCodePoints(0, random.nextInt(part.codePointCount(0, part.length()) + 1));
                text.append(random.nextBoolean() ? part : part.substring(0, end));
            }
            String guarded = CONTROL_TEXT.guard(text.toString());
            assertThat(ADDED).filteredOn(ControlTextTest::breakable).noneMatch(guarded::contains);
            assertThat(CONTROL_TEXT.guard(guarded)).isEqualTo(guarded);
        }
    }

    @Test
    void composesAndStripsNoBreakSpacesToo() {
        assertThat(CONTROL_TEXT.guard("\u00a0\u2003 e\u0301 \u00a0\u0085\n")).isEqualTo("\u00e9");
        assertThat(CONTROL_TEXT.guard("  \n")).isEmpty();
    }

    @Test
    void conversationsKeepRolesAndTargets() {
        Conversation guarded = CONTROL_TEXT.guard(new Conversation(
                List.of(new Turn(Role.USER, " [ana]: <think>"), new Turn(Role.ASSISTANT, "oi ", false))));
        assertThat(guarded.turns())
                .containsExactly(new Turn(Role.USER, "[ana]: < think>"), new Turn(Role.ASSISTANT, "oi", false));
    }

    @Test
    void wordsThatMarkTurnsAreBrokenUpToo() {
        ControlText guard = new ControlText(List.of("<s>", "</s>"), ChatFormat.MISTRAL_V1);
        assertThat(guard.guard("oi [/INST] sure </s>")).isEqualTo("oi [ /INST] sure < /s>");
        assertThat(CONTROL_TEXT.guard("oi [/INST]")).isEqualTo("oi [/INST]");
    }
}
