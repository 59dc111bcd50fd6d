// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the files of cases in a folder. */
public final class CaseFiles {
    /** The first that takes a case runs it. */
    private static final List<CaseGroup> GROUPS = List.of(
            new LaterCases(),
            new ConfigCases(),
            new FilterCases(),
            new ScorerCases(),
            new PickerCases(),
            new HandlerCases(),
            new ProducerCases(),
            new RequestCases(),
            new PeerLoadCases(),
            new PeerAffinityCases(),
            new SizingCases(),
            new JointCases(),
            new PlannerCases());

    private static final List<String> FILES = List.of("llmd-router.json", "peers.json", "disagg.json");

    private CaseFiles() {}

    /** Runs all cases of the files that are there, in their order. */
    public static List<Verdict> run(Path folder) {
        List<Verdict> verdicts = new ArrayList<>();
        for (String file : FILES) {
            Path path = folder.resolve(file);
            if (Files.exists(path)) {
                for (Case one : Case.of(file, JsonTree.read(path)).objects("cases")) {
                    verdicts.add(run(one));
                }
            }
        }
        return verdicts;
    }

    private static Verdict run(Case one) {
        String id = one.text("id", one.path());
        String about = one.text(one.either("plugin", "policy", "rule", "kind"), "area " + one.text("area", "?"));
        if ("note".equals(one.text("kind", "")) || "note".equals(one.text("policy", ""))) {
            return new Verdict(about, id, Verdict.Kind.SKIPPED, "a fact in prose");
        }
        try {
            CaseGroup group = GROUPS.stream()
                    .filter(candidate -> candidate.takes(one))
                    .findFirst()
                    .orElseThrow(() -> new Mismatch("what it is about is not known to this runner"));
            group.run(one);
            List<String> unasked = one.unasked();
            if (!unasked.isEmpty()) {
                throw new Mismatch("what it says of " + unasked + " is not known to this runner");
            }
            return new Verdict(about, id, Verdict.Kind.PASSED, "");
        } catch (Skipped skipped) {
            return new Verdict(about, id, Verdict.Kind.SKIPPED, String.valueOf(skipped.getMessage()));
        } catch (Mismatch mismatch) {
            return new Verdict(about, id, Verdict.Kind.FAILED, String.valueOf(mismatch.getMessage()));
        } catch (RuntimeException | AssertionError thrown) {
            return new Verdict(about, id, Verdict.Kind.FAILED, "threw " + thrown + " at " + thrown.getStackTrace()[0]);
        }
    }
}
