package dev.kaiaku.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The tree of commands. To make a command takes picocli longer than many a command runs, so that only those are made
 * that the arguments name; all of them where they name none, as for help. Not thread-safe.
 */
final class Commands {
    private final Map<String, Function<List<String>, CommandLine>> byName = new LinkedHashMap<>();

    /** Adds a command. */
    Commands add(String name, Supplier<?> command) {
        byName.put(name, words -> new CommandLine(command.get()));
        return this;
    }

    /** Adds a command that has commands of its own. */
    Commands add(String name, Supplier<?> command, Commands below) {
        byName.put(name, words -> below.addTo(new CommandLine(command.get()), words));
        return this;
    }

    /** Puts the command that the first word names below a line, and so on; all where it names none. */
    CommandLine addTo(CommandLine line, List<String> words) {
        Function<List<String>, CommandLine> named = words.isEmpty() ? null : byName.get(words.get(0));
        if (named != null) {
            return line.addSubcommand(named.apply(words.subList(1, words.size())));
        }
        byName.values().forEach(command -> line.addSubcommand(command.apply(List.of())));
        return line;
    }

    /** Arguments that are no options. */
    static List<String> words(String... args) {
        return Arrays.stream(args).filter(arg -> !arg.startsWith("-")).toList();
    }
}
