// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

class RadixPrefixIndexContractTest extends PrefixIndexContract {
    @Override
    PrefixIndex newIndex() {
        return RadixPrefixIndex.builder().build();
    }
}
