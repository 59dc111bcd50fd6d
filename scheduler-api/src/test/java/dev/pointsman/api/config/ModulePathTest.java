// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Binds records of a module of its own, compiled here, against this one as a module. */
class ModulePathTest {
    private static final String PROBE = """
            package probe.open;

            import dev.pointsman.api.config.Parameters;
            import java.util.Map;

            public final class Probe {
                public record Settings(String name, int limit) {}

                public static String run(boolean exported) {
                    Parameters parameters = Parameters.of("here", Map.of("name", "a", "limit", 3));
                    try {
                        return exported
                                ? parameters.bind(Settings.class).toString()
                                : parameters.bind(probe.closed.Settings.class).toString();
                    } catch (IllegalArgumentException refused) {
                        return refused.getMessage();
                    }
                }
            }
            """;

    @Test
    void bind_onTheModulePath_reachesExportedPackagesOnly(@TempDir Path directory) throws Exception {
        Path api = locationOf(Parameters.class);
        Path classes = compiled(
                directory,
                List.of(api, locationOf(Nullable.class)),
                "module probe { requires dev.pointsman.api; exports probe.open; }",
                PROBE,
                "package probe.closed; public record Settings(String name, int limit) {}");

        ModuleFinder modules = ModuleFinder.of(api, classes);
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(modules, ModuleFinder.of(), Set.of("probe"));
        Class<?> probe = ModuleLayer.boot()
                .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
                .findLoader("probe")
                .loadClass("probe.open.Probe");

        assertThat(probe.getModule().getName()).isEqualTo("probe");
        assertThat(probe.getMethod("run", boolean.class).invoke(null, true)).isEqualTo("Settings[name=a, limit=3]");
        assertThat(probe.getMethod("run", boolean.class).invoke(null, false))
                .isEqualTo("record probe.closed.Settings: cannot be made from here.\n"
                        + "Maybe it is not public, or its package is not exported by its module.");
    }

    private static Path locationOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Path compiled(Path directory, List<Path> modulePath, String module, String open, String closed)
            throws IOException {
        Path classes = directory.resolve("classes");
        Path moduleInfo = write(directory.resolve("source/module-info.java"), module);
        Path probe = write(directory.resolve("source/probe/open/Probe.java"), open);
        Path settings = write(directory.resolve("source/probe/closed/Settings.java"), closed);
        StringWriter messages = new StringWriter();
        PrintWriter printer = new PrintWriter(messages);
        int failed = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        printer,
                        printer,
                        "--release",
                        "17",
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "--module-path",
                        String.join(
                                File.pathSeparator,
                                modulePath.stream().map(Path::toString).toList()),
                        moduleInfo.toString(),
                        probe.toString(),
                        settings.toString());
        assertThat(failed).as(messages.toString()).isZero();
        return classes;
    }

    private static Path write(Path file, String source) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, source);
    }
}
