// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests run on the class path; this one loads the library as a module, as a host with a module path does. */
class ModulePathTest {
    @Test
    void schedulerIsBuiltFromTheModulePath() throws ReflectiveOperationException {
        Path[] entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(Path::of)
                .toArray(Path[]::new);
        Configuration configuration = ModuleLayer.boot()
                .configuration()
                .resolve(ModuleFinder.of(entries), ModuleFinder.of(), Set.of("dev.pointsman.core"));
        ModuleLayer layer =
                ModuleLayer.boot().defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());

        Class<?> pointsman = layer.findLoader("dev.pointsman.core").loadClass("dev.pointsman.core.Pointsman");
        Class<?> fleet = layer.findLoader("dev.pointsman.core").loadClass("dev.pointsman.core.fleet.Fleet");
        Object builder = pointsman
                .getMethod("builder", fleet)
                .invoke(null, fleet.getMethod("create").invoke(null));
        Method build = builder.getClass().getMethod("build");

        assertThat(build.invoke(builder)).isInstanceOf(pointsman);
        assertThat(pointsman.getModule().isNamed()).isTrue();
        assertThat(pointsman.getModule().isExported("dev.pointsman.core.internal.engine"))
                .isFalse();
        assertThat(configuration.modules().stream().map(module -> module.name()))
                .contains("dev.pointsman.api", "dev.pointsman.kvcache", "com.google.common", "org.slf4j")
                .doesNotContain("dev.pointsman.testkit", "org.jspecify");
    }
}
