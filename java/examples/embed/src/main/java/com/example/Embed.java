package com.example;

import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import java.nio.file.Path;

/** A program with a persona in it. */
public final class Embed {
    public static void main(String[] args) {
        try (Persona persona = Persona.open(Path.of("ana/persona.gguf"))) {
            Conversation chat = persona.conversation();
            chat.hear("joao", "bora jogar hoje?");
            chat.say("bia", "ana, vem!", System.out::print);
        }
    }
}
