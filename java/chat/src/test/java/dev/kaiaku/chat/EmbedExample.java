package dev.kaiaku.chat;

import java.nio.file.Path;

final class EmbedExample {
    public static void main(String[] args) {
        try (Persona persona = Persona.open(Path.of("ana/persona.gguf"))) {
            Chat chat = persona.chat();
            chat.hear("joao", "bora jogar hoje?");
            chat.say("bia", "ana, vem!", System.out::print);
        }
        System.exit(0); // llama.cpp's threads would keep the program alive
    }
}
