// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

class HolderMapPrefixIndexRacesTest extends PrefixIndexRaces {
    @Override
    PrefixIndex newIndex() {
        return new HolderMapPrefixIndex();
    }
}
