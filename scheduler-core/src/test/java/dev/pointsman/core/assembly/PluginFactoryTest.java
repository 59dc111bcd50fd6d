// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.refused;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.Profile;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where factories come from, and which of them wins. */
class PluginFactoryTest {
    @Test
    void duplicateFactories_areRefused() {
        refused(Pointsman.builder(fleet(1)).factory(new MarkerFactory("mark")).factory(new MarkerFactory("mark")))
                .hasMessageContaining("plugin type mark")
                .hasMessageContaining(MarkerFactory.class.getName())
                .hasMessageContaining("\nMaybe");
    }

    @Test
    void explicitFactory_winsOverABuiltIn() {
        Pointsman pointsman = Pointsman.builder(fleet(3))
                .factory(new MarkerFactory("queue-scorer"))
                .profile(Profile.builder("p").scorer("queue-scorer", 1).build())
                .build();

        assertThat(dispatched(pointsman, request("r"))
                        .decision()
                        .primary()
                        .target()
                        .total())
                .isEqualTo(Marker.SCORE);
    }

    @Test
    void discovery_findsFactoriesThroughTheGivenLoader(@TempDir Path directory) throws IOException {
        try (URLClassLoader loader = discovering(directory, DiscoveredFactory.class)) {
            Pointsman pointsman = Pointsman.builder(fleet(1))
                    .discoverPlugins(loader)
                    .profile(Profile.builder("p").scorer("discovered", 1).build())
                    .build();

            assertThat(dispatched(pointsman, request("r"))
                            .decision()
                            .primary()
                            .target()
                            .total())
                    .isEqualTo(Marker.SCORE);
        }
        refused(Pointsman.builder(fleet(1))
                        .profile(Profile.builder("p").scorer("discovered", 1).build()))
                .hasMessageContaining("discovered");
    }

    @Test
    void discovery_mayNotReplaceABuiltInUnlessTheHostSettlesIt(@TempDir Path directory) throws IOException {
        try (URLClassLoader loader = discovering(directory, DiscoveredQueueScorerFactory.class)) {
            refused(Pointsman.builder(fleet(1)).discoverPlugins(loader))
                    .hasMessageContaining("plugin type queue-scorer")
                    .hasMessageContaining("register your factory explicitly");

            Pointsman settled = Pointsman.builder(fleet(1))
                    .discoverPlugins(loader)
                    .factory(new MarkerFactory("queue-scorer"))
                    .profile(Profile.builder("p").scorer("queue-scorer", 1).build())
                    .build();
            assertThat(dispatched(settled, request("r"))
                            .decision()
                            .primary()
                            .target()
                            .total())
                    .isEqualTo(Marker.SCORE);
        }
    }

    private static URLClassLoader discovering(Path directory, Class<?> factory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(PluginFactory.class.getName()), factory.getName() + "\n");
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, PluginFactoryTest.class.getClassLoader());
    }

    /** Found by the service loader, so public and with a constructor that takes nothing. */
    public static final class DiscoveredFactory extends MarkerFactory {
        public DiscoveredFactory() {
            super("discovered");
        }
    }

    /** Found by the service loader under the name of a built-in type. */
    public static final class DiscoveredQueueScorerFactory extends MarkerFactory {
        public DiscoveredQueueScorerFactory() {
            super("queue-scorer");
        }
    }
}
