// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/** Cases of the disaggregation planner, which comes later; what is no more than a threshold is a decider's and runs. */
final class PlannerCases implements CaseGroup {
    @Override
    public boolean takes(Case one) {
        return one.has("area");
    }

    @Override
    public void run(Case one) {
        throw new Skipped("the disaggregation planner comes later");
    }
}
