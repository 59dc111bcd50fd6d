// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.feed.RankAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cases of lost, repeated and replayed batches: sequences as they come live, what a replay answers, and what is to be done. */
final class RecoveryCases implements CaseGroup {
    private static final Pattern EXPECT = Pattern.compile("expect (\\[.*?\\])");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

    @Override
    public void run(Case one) {
        if (one.has("ranks")) {
            addresses(one);
        } else if (one.hasAny("live", "steps", "connect", "events")) {
            Engine engine = new Engine(one);
            engine.run();
            new ExpectedSteps(one.path(), expectations(one)).requireOf(engine.done(), engine.health());
        } else {
            throw new Mismatch(one.path() + ": is a recovery of a kind not known to this runner: " + one.names());
        }
    }

    private static void addresses(Case one) {
        String endpoint = one.text("endpoint");
        List<String> expected = one.list("expect").stream().map(String::valueOf).toList();
        List<String> actual = new ArrayList<>();
        for (int rank = 0; rank < one.integer("ranks"); rank++) {
            String address = RankAddress.of(endpoint, rank);
            String told = expected.get(Math.min(rank, expected.size() - 1));
            // A case may tell of the port only.
            actual.add(address.endsWith(":" + told) ? told : address);
        }
        Mismatch.require(one.path(), expected, actual);
    }

    /** Returns what is expected; a clarification that says it again decides. */
    private static List<String> expectations(Case one) {
        String clarification = one.text("clarification", "");
        Matcher matcher = EXPECT.matcher(clarification == null ? "" : clarification);
        List<String> expected = new ArrayList<>();
        one.list("expect").forEach(step -> expected.add(String.valueOf(step)));
        if (matcher.find()) {
            Matcher steps = TEXT.matcher(matcher.group(1));
            List<String> clarified = new ArrayList<>();
            while (steps.find()) {
                clarified.add(steps.group(1));
            }
            return clarified;
        }
        return expected;
    }
}
