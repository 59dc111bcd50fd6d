// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests run on the class path; this one loads the binding as a module, as a host with a module path does. */
class ModulePathTest {
    @Test
    void observerIsMadeFromTheModulePath() throws ReflectiveOperationException {
        Path[] entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .filter(entry ->
                        Stream.of("scheduler-api", "micrometer", "HdrHistogram").anyMatch(entry::contains))
                .filter(entry -> !entry.contains("prometheus"))
                .map(Path::of)
                .toArray(Path[]::new);
        Configuration configuration = ModuleLayer.boot()
                .configuration()
                .resolve(ModuleFinder.of(entries), ModuleFinder.of(), Set.of("dev.pointsman.micrometer"));
        ModuleLayer layer =
                ModuleLayer.boot().defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
        ClassLoader loader = layer.findLoader("dev.pointsman.micrometer");

        Class<?> observer = loader.loadClass("dev.pointsman.micrometer.MicrometerObserver");
        Class<?> registry = loader.loadClass("io.micrometer.core.instrument.MeterRegistry");
        Object simple = loader.loadClass("io.micrometer.core.instrument.simple.SimpleMeterRegistry")
                .getConstructor()
                .newInstance();
        Object made = observer.getMethod("of", registry).invoke(null, simple);

        assertThat(made).isInstanceOf(observer);
        assertThat((Iterable<?>) registry.getMethod("getMeters").invoke(simple)).isNotEmpty();
        assertThat(observer.getModule().isNamed()).isTrue();
        assertThat(configuration.modules().stream().map(module -> module.name()))
                .contains("dev.pointsman.api", "micrometer.core")
                .doesNotContain("dev.pointsman.core", "org.jspecify");
    }
}
