// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/** Cases of features that come later, so that what they ask for is refused by name. */
final class LaterCases implements CaseGroup {
    @Override
    public boolean takes(Case one) {
        return false;
    }

    @Override
    public void run(Case one) {
        throw new Mismatch(one.path() + ": is not known to this runner");
    }
}
