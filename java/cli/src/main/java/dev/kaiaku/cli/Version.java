package dev.kaiaku.cli;

import dev.kaiaku.dataset.KaiakuVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"kaiaku-train " + KaiakuVersion.current()};
    }
}
