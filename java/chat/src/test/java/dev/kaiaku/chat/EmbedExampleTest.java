package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedExampleTest {
    private static final Path ROOT = Path.of(System.getProperty("kaiaku.root", "../.."));

    @TempDir
    Path folder;

    @Test
    void exampleOfTheReadmeRunsAndEnds() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("ana"));
        TinyPersona.write(folder.resolve("base"), folder.resolve("ana/persona.gguf"));
        File output = folder.resolve("output.txt").toFile();

        Process example = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbedExample.class.getName())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        boolean ended = example.waitFor(120, TimeUnit.SECONDS);
        example.destroyForcibly();

        assertThat(ended).isTrue();
        assertThat(example.exitValue()).as(Files.readString(output.toPath())).isZero();
    }

    @Test
    void readmeShowsTheExampleAsItIs() throws IOException {
        Path source = ROOT.resolve("java/chat/src/test/java/dev/kaiaku/chat/EmbedExample.java");
        String code = Files.readString(source);
        String method = code.substring(code.indexOf("        try ("), code.indexOf("    }\n}\n"))
                .stripTrailing()
                .stripIndent();

        assertThat(Files.readString(ROOT.resolve("README.md"))).contains(method);
    }
}
