package dev.kaiaku.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.TinyPersona;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser; screenshots go to {@code target/screenshots}. */
class PageTest {
    private static final ChatOptions CHAT =
            ChatOptions.defaults().withTemperature(1).withSeed(5).withMaxTokens(40);
    private static final List<String> HOSTILE = List.of(
            "<script>window.hacked = 1</script>",
            "<img src=x onerror=\"window.hacked = 1\">",
            "<svg onload=window.hacked=1>",
            "\"><iframe srcdoc=\"<script>parent.hacked = 1</script>\">",
            "javascript:window.hacked=1",
            "<a href=\"javascript:window.hacked=1\">x</a>",
            "<style>*{display:none}</style>",
            "{{constructor.constructor('window.hacked=1')()}}",
            "</textarea><script>window.hacked = 1</script>");

    @TempDir
    static Path folder;

    static Persona persona;
    static PersonaServer server;
    static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Browser.installed().isPresent(), "no Chromium on this machine: the page is not tested");
        persona = Persona.open(TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf")), CHAT);
        server = PersonaServer.start(persona, CHAT, 1, ServeOptions.defaults().withAddress("127.0.0.1", 0));
        browser = Browser.start(Browser.installed().orElseThrow(), folder.resolve("profile"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
            persona.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1280})
    void groupTalksAndThePersonaAnswers(int width) throws Exception {
        browser.size(width, 844, width < 500);
        fresh();
        assertThat(browser.value("document.getElementById('label').textContent").asText())
                .isEqualTo("a machine imitating ana");

        add("joao");
        say("bora jogar hoje?", "hear");
        add("bia");
        say("ana, vem!\nquero ver", "send");
        answered();

        assertThat(browser.value("said.filter(one => one.persona).length").asInt())
                .isPositive();
        assertThat(browser.value("[...document.querySelectorAll('.author')].map(a => a.firstChild.data)")
                        .toString())
                .isEqualTo("[\"joao\",\"bia\",\"ana\"]");
        assertThat(browser.value("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .as("nothing is wider than the screen")
                .isTrue();
        keep("chat-" + width + ".png");

        browser.value("document.querySelector('.again').click()");
        answered();
        assertThat(browser.value("said.filter(one => !one.persona).length").asInt())
                .isEqualTo(2);

        browser.value("document.getElementById('open-settings').click()");
        browser.value("(select => { select.value = 'dark'; select.dispatchEvent(new Event('input')); })"
                + "(document.getElementById('theme'))");
        keep("settings-dark-" + width + ".png");
        assertThat(browser.value("document.documentElement.dataset.theme").asText())
                .isEqualTo("dark");
        browser.value("document.getElementById('settings').close()");
        keep("chat-dark-" + width + ".png");
    }

    @Test
    void nothingThatIsSaidIsEverRunAsCode() throws Exception {
        browser.size(1280, 844, false);
        fresh();
        for (String hostile : HOSTILE) {
            add(hostile);
            say(hostile, "hear");
        }
        browser.value("said.push({persona: true, text: " + json(HOSTILE.get(1)) + "}); redraw()");

        assertThat(browser.value("[...document.querySelectorAll('.bubble')].map(b => b.textContent)")
                        .toString())
                .contains("<script>", "onerror");
        assertThat(browser.value("document.querySelectorAll('#log script, #log img, #log svg, #log iframe, #log a')"
                                + ".length")
                        .asInt())
                .isZero();
        assertThat(browser.value("typeof window.hacked").asText()).isEqualTo("undefined");
        keep("hostile.png");
    }

    @Test
    void controlsHaveNamesAndTheKeyboardReachesThem() throws Exception {
        browser.size(1280, 844, false);
        fresh();

        assertThat(browser.value("[...document.querySelectorAll('button, input, select, textarea')].filter(e =>"
                                + " !e.textContent.trim() && !e.labels?.length && !e.ariaLabel).map(e => e.id)")
                        .toString())
                .isEqualTo("[]");
        browser.value("document.getElementById('text').value = 'oi'; document.getElementById('text').dispatchEvent("
                + "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}))");
        answered();

        assertThat(browser.value("said[0].text").asText()).isEqualTo("oi");
        assertThat(browser.events.stream()
                        .filter(event -> event.path("method").asText("").equals("Runtime.exceptionThrown")
                                || event.at("/params/entry/level").asText("").equals("error")))
                .as("errors of the page")
                .isEmpty();
    }

    private static void fresh() throws Exception {
        browser.open(server.url() + "/");
        browser.until("document.getElementById('name').textContent === 'ana'");
    }

    private static void add(String name) throws Exception {
        browser.value("people.push(" + json(name) + "); speaker = " + json(name) + "; showPeople()");
    }

    private static void say(String text, String button) throws Exception {
        browser.value("document.getElementById('text').value = " + json(text) + "; document.getElementById('" + button
                + "').click()");
    }

    private static void answered() throws Exception {
        browser.until("writing === null && said.length > 0");
    }

    private static void keep(String name) throws Exception {
        Path target = Path.of("target/screenshots");
        Files.createDirectories(target);
        Files.write(target.resolve(name), browser.screenshot());
    }

    private static String json(String text) throws Exception {
        return new ObjectMapper().writeValueAsString(text);
    }
}
