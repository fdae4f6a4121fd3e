package dev.kaiaku.trainer.packing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContextCutTest {
    private static final Conversation LONG = new Conversation(List.of(
            new Turn(Role.SYSTEM, "Be brief."),
            new Turn(Role.USER, "[ana]: first\n[bia]: second\n  line\n[ana]: third"),
            new Turn(Role.ASSISTANT, "earlier", false),
            new Turn(Role.USER, "[ana]: fourth\n[bia]: fifth"),
            new Turn(Role.ASSISTANT, "the reply")));

    @TempDir
    static Path folder;

    private static BaseModel base;

    @BeforeAll
    static void makeBase() {
        TinyBase.write(folder, TinySpec.defaults(Architecture.LLAMA));
        base = BaseModels.open(folder);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    private static Example cut(Conversation conversation, int seqLen) {
        return Examples.of(List.of(conversation), base, seqLen, Progress.NONE)
                .list()
                .get(0);
    }

    private static String text(Example example) {
        return base.tokenizer().decode(example.tokens());
    }

    private static int whole() {
        return cut(LONG, 10_000).length();
    }

    @Test
    void whatFitsStaysWhole() {
        Example example = cut(LONG, whole());
        assertThat(example.cut()).isFalse();
        assertThat(text(example)).contains("first", "fifth", "the reply");
    }

    @Test
    void theOldestMessageGoesWholeAndFirst() {
        Example example = cut(LONG, whole() - 1);
        assertThat(example.cut()).isTrue();
        assertThat(text(example))
                .doesNotContain("[ana]: first")
                .contains("Be brief.", "[bia]: second\n  line", "earlier", "the reply");
    }

    @Test
    void anAssistantTurnGoesWithWhatItAnswered() {
        int withoutFirstTurns = cut(
                        new Conversation(List.of(
                                LONG.turns().get(0),
                                LONG.turns().get(3),
                                LONG.turns().get(4))),
                        10_000)
                .length();
        Example example = cut(LONG, withoutFirstTurns);
        assertThat(example.length()).isEqualTo(withoutFirstTurns);
        assertThat(text(example)).doesNotContain("earlier", "third").contains("[ana]: fourth");
    }

    @Test
    void aLongMessageKeepsItsEndWhereTheRowWouldBeEmpty() {
        String words = "word ".repeat(200).strip();
        Conversation conversation = new Conversation(List.of(
                new Turn(Role.USER, "[ana]: gone\n[ana]: first " + words + "\n[bia]: short"),
                new Turn(Role.ASSISTANT, "the reply")));
        int whole = cut(conversation, 10_000).length();
        Example example = cut(conversation, whole / 2);
        assertThat(example.length()).isBetween(whole / 2 - 5, whole / 2);
        assertThat(text(example))
                .contains("[ana]: … word", "[bia]: short", "the reply")
                .doesNotContain("gone", "first");
    }

    @Test
    void noMoreGoesThanHasTo() {
        for (int seqLen = whole(); seqLen > 40; seqLen--) {
            Example example = cut(LONG, seqLen);
            assertThat(example.length()).isLessThanOrEqualTo(seqLen);
            assertThat(example.tokens()[example.length() - 1])
                    .isEqualTo(base.tokenizer()
                            .controlId(base.chatFormat().endOfTurn())
                            .orElseThrow());
            assertThat(example.learn()[example.length() - 1]).isEqualTo((byte) 1);
        }
    }

    @Test
    void aReplyThatIsTooLongItselfKeepsItsEnd() {
        Example example = cut(LONG, 5);
        assertThat(example.length()).isEqualTo(5);
        assertThat(text(example)).isNotEmpty().matches(end -> "the reply".endsWith(end));
        assertThat(example.targets()).isEqualTo(4);
    }
}
