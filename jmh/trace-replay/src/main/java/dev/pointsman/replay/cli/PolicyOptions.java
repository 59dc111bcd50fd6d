// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.policy.SchedulerOptions;
import dev.pointsman.replay.policy.SchedulerPolicies;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How policies are found, and how the scheduler is run if it is one of them. */
final class PolicyOptions {
    private static final String SERVICE = "META-INF/services/dev.pointsman.api.config.PluginFactory";

    @Option(
            names = "--plugins",
            paramLabel = "JAR",
            arity = "1..*",
            description = "Jars with plugin factories, for scorers of your own in --policy.")
    private List<Path> plugins = List.of();

    @Option(
            names = "--in-flight",
            paramLabel = "REQUESTS",
            description = "For the scheduler in a replay without time: requests kept in flight, so that load means"
                    + " something (default: twice the endpoints).")
    private @Nullable Integer inFlight;

    @Option(
            names = "--metrics-micros",
            paramLabel = "MICROS",
            defaultValue = "0",
            description = "For the scheduler in a replay with time: how often engines report to it"
                    + " (default: before every arrival).")
    private BigDecimal metricsMicros = BigDecimal.ZERO;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "For the scheduler: seed of its draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** Describes the policies that a command can replay, line by line. */
    static List<String> describe(boolean timed) {
        List<String> lines = new ArrayList<>(List.of("", "Policies:"));
        for (PolicyDefinition policy :
                catalog(new SchedulerPolicies(SchedulerOptions.DEFAULT)).examples()) {
            boolean suits = policy instanceof RoutingPolicy routing ? timed || !routing.needsTime() : !timed;
            if (suits) {
                lines.add(String.format(Locale.ROOT, "  %-19s %s", policy.name(), policy.description()));
            }
        }
        lines.add("  profile:NAME        The scheduler with that shipped profile, whatever else has the name.");
        lines.add("  TYPE:WEIGHT,...     The scheduler with these scorers, such as prefix-cache-scorer:3,my-scorer:1.");
        lines.add("A number at the end of a name can be another one.");
        return lines;
    }

    /** Opens the plugin jars, which stay open until the policies are closed. */
    Policies open() throws IOException {
        URLClassLoader loader = plugins.isEmpty() ? null : loader(plugins);
        int kept = inFlight == null ? SchedulerOptions.TWICE_THE_FLEET : inFlight;
        if (inFlight != null && inFlight < 0) {
            throw new IllegalArgumentException(
                    "--in-flight: must be at least 0 requests, but was " + inFlight + ".\nMaybe leave it out.");
        }
        if (metricsMicros.signum() < 0 || metricsMicros.compareTo(BigDecimal.valueOf(3_600_000_000L)) > 0) {
            throw new IllegalArgumentException("--metrics-micros: must be between 0 and 3600000000, but was "
                    + metricsMicros + ".\nMaybe the unit is wrong: 50 ms is 50000.");
        }
        long nanos = metricsMicros.movePointRight(3).longValue();
        return new Policies(new SchedulerPolicies(new SchedulerOptions(kept, nanos, seed, loader)), loader);
    }

    private static PolicyCatalog catalog(SchedulerPolicies scheduler) {
        // Fixed policies win over a shipped profile of the same name, since reference results name them.
        return PolicyCatalog.fixed().orElse(scheduler.shipped());
    }

    private static URLClassLoader loader(List<Path> jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        boolean found = false;
        for (Path jar : jars) {
            found |= hasFactories(jar);
            urls.add(url(jar));
        }
        if (!found) {
            throw new IllegalArgumentException("--plugins: must have a plugin factory in one of " + jars
                    + ", but none has " + SERVICE + ".\nMaybe the jar was built without its resources.");
        }
        return new URLClassLoader("plugins", urls.toArray(new URL[0]), PolicyOptions.class.getClassLoader());
    }

    private static boolean hasFactories(Path jar) throws IOException {
        if (!Files.exists(jar)) {
            throw new NoSuchFileException(jar.toString());
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.getEntry(SERVICE) != null;
        } catch (ZipException e) {
            throw new IllegalArgumentException(
                    "--plugins: must be jar files, but " + jar + " cannot be opened as one: " + e.getMessage()
                            + ".\nMaybe TRACE was taken for a jar; name it first.",
                    e);
        }
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }

    /** The policies of one run of the program. */
    static final class Policies implements AutoCloseable {
        private final SchedulerPolicies scheduler;
        private final PolicyCatalog catalog;
        private final @Nullable URLClassLoader loader;

        private Policies(SchedulerPolicies scheduler, @Nullable URLClassLoader loader) {
            this.scheduler = scheduler;
            this.loader = loader;
            catalog = catalog(scheduler);
        }

        PolicyDefinition find(String name) {
            try {
                return SchedulerPolicies.isInline(name) ? scheduler.inline(name) : catalog.find(name);
            } catch (LinkageError e) {
                throw Failures.brokenPlugin(e);
            } catch (ServiceConfigurationError e) {
                throw Failures.brokenPlugin(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (loader != null) {
                loader.close();
            }
        }
    }
}
