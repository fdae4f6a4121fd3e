package dev.kaiaku.bindings;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps java-llama.cpp from holding a finished program alive. Its native threads attach themselves to the Java
 * virtual machine and never detach, so that the machine would wait for them for ever. The library is therefore
 * handed a table of JNI's invocation functions (Java Native Interface Specification, chapter 5) in which attaching a
 * thread means attaching it as a daemon; no other library sees that table.
 */
public final class DaemonThreads {
    private static final int TABLE_ENTRIES = 8;
    private static final int ATTACH_CURRENT_THREAD = 4;
    private static final int ATTACH_CURRENT_THREAD_AS_DAEMON = 7;

    /** Read by native code as long as the process lives. */
    private static final List<Memory> TABLES =
            List.of(new Memory((long) TABLE_ENTRIES * Native.POINTER_SIZE), new Memory(Native.POINTER_SIZE));

    private static boolean done;

    private DaemonThreads() {}

    /**
     * Does it once, before the first model is loaded.
     *
     * @param model java-llama.cpp's class that loads the library
     */
    public static synchronized void letJavaLlamaUse(Class<?> model) {
        if (done) {
            return;
        }
        done = true;
        try {
            // JNI_OnLoad looks classes up through JNA's class loader here.
            if (Class.forName(model.getName(), true, Native.class.getClassLoader()) == model) {
                function(LlamaBinary.file(), "JNI_OnLoad").invokeInt(new Object[] {daemonMachine(), null});
            }
        } catch (ClassNotFoundException e) {
            // Another class loader: the program has to end by System.exit, as every user of java-llama.cpp has to.
            return;
        }
    }

    private static Function function(Path library, String name) {
        return NativeLibrary.getInstance(library.toString(), LoadOptions.of(Platform.current()))
                .getFunction(name);
    }

    private static Pointer daemonMachine() {
        PointerByReference machine = new PointerByReference();
        function(javaLibrary(), "JNI_GetCreatedJavaVMs").invokeInt(new Object[] {machine, 1, new IntByReference()});
        Pointer functions = machine.getValue().getPointer(0);
        for (int entry = 0; entry < TABLE_ENTRIES; entry++) {
            int from = entry == ATTACH_CURRENT_THREAD ? ATTACH_CURRENT_THREAD_AS_DAEMON : entry;
            TABLES.get(0)
                    .setPointer(
                            (long) entry * Native.POINTER_SIZE,
                            functions.getPointer((long) from * Native.POINTER_SIZE));
        }
        TABLES.get(1).setPointer(0, TABLES.get(0));
        return TABLES.get(1);
    }

    private static Path javaLibrary() {
        String name = System.mapLibraryName("jvm");
        Path home = Path.of(System.getProperty("java.home"));
        return List.of("lib/server", "bin/server", "lib/client", "bin/client", "lib").stream()
                .map(folder -> home.resolve(folder).resolve(name))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(Path.of(name));
    }
}
