// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.cases.CaseFile;
import dev.pointsman.kvcache.cases.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Runs every case of a {@code kvindex.json}: that of {@code -Dpointsman.cases=DIR}, or else of the cases beside the checkout.
 * Prints what passed, failed and was skipped, and each failure with what was expected and what came.
 */
class ConformanceCasesTest {
    @Test
    void everyCase_passes() {
        Path file = file();
        Assumptions.assumeTrue(Files.exists(file), "skipped: " + file + " is absent");

        List<Verdict> verdicts = CaseFile.run(file);

        List<String> report = new ArrayList<>();
        report.add(count(verdicts, Verdict.Kind.PASSED) + " passed, " + count(verdicts, Verdict.Kind.FAILED)
                + " failed, " + count(verdicts, Verdict.Kind.SKIPPED) + " skipped");
        for (Verdict verdict : verdicts) {
            if (verdict.kind() != Verdict.Kind.PASSED) {
                report.add("  " + verdict);
            }
        }
        String text = String.join(System.lineSeparator(), report);
        System.out.println(text);
        assertThat(verdicts).as("cases of %s", file).isNotEmpty();
        assertThat(count(verdicts, Verdict.Kind.FAILED)).as(text).isZero();
    }

    private static long count(List<Verdict> verdicts, Verdict.Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).count();
    }

    private static Path file() {
        Path root = Path.of(System.getProperty("pointsman.root", "."));
        String directory = System.getProperty("pointsman.cases", "");
        return root.resolve(directory.isEmpty() ? "../shared/cases" : directory)
                .resolve("kvindex.json")
                .normalize();
    }
}
