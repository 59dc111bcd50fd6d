// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/** Runs jcstress on readers against writers: for seconds by default, for minutes with {@code -Pstress}. */
class RadixReadersTest {
    @TempDir
    Path results;

    @Test
    void readers_seeWhatWasHeld_andNeverMore() throws Exception {
        boolean deep = Boolean.getBoolean("pointsman.stress");
        List<String> given =
                new ArrayList<>(List.of("-t", "dev.pointsman.kvcache.RadixReaders", "-r", results.toString()));
        // In short: not each combination of compilers and cores, which would be 140 virtual machines.
        given.addAll(deep ? List.of("-m", "quick") : List.of("-m", "sanity", "-sc", "false", "-af", "NONE"));
        Options options = new Options(given.toArray(String[]::new));
        assertThat(options.parse()).isTrue();

        new JCStress(options).run(); // Throws if a forbidden outcome was seen.

        try (Stream<Path> files = Files.list(Path.of(""))) {
            List<Path> left = files.filter(file -> file.toString().contains("jcstress-results"))
                    .toList();
            for (Path file : left) {
                Files.delete(file);
            }
            assertThat(left).as("raw results, so it ran").isNotEmpty();
        }
    }
}
