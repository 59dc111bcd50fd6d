// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/** Cases of how plugins take their parameters. */
final class ConfigCases implements CaseGroup {
    @Override
    public boolean takes(Case one) {
        return false;
    }

    @Override
    public void run(Case one) {
        throw new Mismatch(one.path() + ": is not known to this runner");
    }
}
