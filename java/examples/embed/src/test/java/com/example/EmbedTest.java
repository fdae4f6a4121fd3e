package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kaiaku.chat.TinyPersona;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedTest {
    @TempDir
    Path folder;

    @Test
    void programWritesAReplyAndEndsByItself() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("ana"));
        TinyPersona.write(folder.resolve("base"), folder.resolve("ana/persona.gguf"));
        File output = folder.resolve("output.txt").toFile();

        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Embed.class.getName())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        boolean ended = program.waitFor(120, TimeUnit.SECONDS);
        program.destroyForcibly();

        assertTrue(ended, "the program goes on after its main method");
        assertEquals(0, program.exitValue(), Files.readString(output.toPath()));
        assertFalse(Files.readString(output.toPath()).isBlank());
    }

    @Test
    void readmeShowsTheProgramAsItIs() throws IOException {
        Path project = Path.of("").toAbsolutePath();
        String code = Files.readString(project.resolve("src/main/java/com/example/Embed.java"));
        String body = code.substring(code.indexOf("        try ("), code.indexOf("    }\n}\n"))
                .stripTrailing()
                .stripIndent();

        assertTrue(Files.readString(project.resolve("../../../README.md")).contains(body));
    }
}
