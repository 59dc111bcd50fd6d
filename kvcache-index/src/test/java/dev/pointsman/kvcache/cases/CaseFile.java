// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a file of cases. */
public final class CaseFile {
    private static final Map<String, CaseGroup> GROUPS = Map.of(
            "index", new IndexCases(),
            "score", new ScoreCases(),
            "wire", new WireCases(),
            "normalize", new NormalizeCases(),
            "recovery", new RecoveryCases(),
            "approx", new ApproxCases(),
            "approximate", new ApproxCases());

    private CaseFile() {}

    /** Runs all cases of a file, in its order. */
    public static List<Verdict> run(Path file) {
        List<Verdict> verdicts = new ArrayList<>();
        Case root = Case.of("cases", JsonTree.read(file));
        for (String group : root.names()) {
            if (root.raw(group) instanceof List<?>) { // What is not a list of cases says how they are written.
                for (Case one : root.objects(group)) {
                    verdicts.add(run(group, one));
                }
            }
        }
        return verdicts;
    }

    private static Verdict run(String group, Case one) {
        String id = one.text("id", one.path());
        if ("note".equals(one.text("kind", null))) {
            return new Verdict(id, Verdict.Kind.SKIPPED, "a fact in prose");
        }
        try {
            CaseGroup runner = GROUPS.get(group);
            if (runner == null) {
                throw new Mismatch("group " + group + " is not known to this runner");
            }
            runner.run(one);
            List<String> unasked = one.unasked();
            if (!unasked.isEmpty()) {
                throw new Mismatch("what it says of " + unasked + " is not known to this runner");
            }
            return new Verdict(id, Verdict.Kind.PASSED, "");
        } catch (Mismatch mismatch) {
            return new Verdict(id, Verdict.Kind.FAILED, String.valueOf(mismatch.getMessage()));
        } catch (RuntimeException thrown) {
            return new Verdict(id, Verdict.Kind.FAILED, "threw " + thrown + " at " + thrown.getStackTrace()[0]);
        }
    }
}
