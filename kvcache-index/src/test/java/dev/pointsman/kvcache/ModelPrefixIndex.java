// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a tiered prefix index with engines' names and counted copies means, said as plainly as possible: for each slot a
 * map of its blocks, and a map of their names. For one thread.
 */
final class ModelPrefixIndex implements TieredPrefixIndex {
    private static final int TIERS = Tier.values().length;
    private static final int MOST_COPIES = 8;

    /** A name: an engine's hash, or a block's own. */
    record Name(boolean own, long hash) {}

    /** A block that a slot holds. */
    static final class Held {
        Name name;
        final int[] copies = new int[TIERS];

        Held(Name name) {
            this.name = name;
        }

        boolean isAnywhere() {
            return fastest() < TIERS;
        }

        int fastest() {
            int tier = 0;
            while (tier < TIERS && copies[tier] == 0) {
                tier++;
            }
            return tier;
        }
    }

    private static final class Endpoint {
        final Map<Long, Held> blocks = new HashMap<>();
        final Map<Name, Long> names = new HashMap<>();

        void forget(long block) {
            Held held = blocks.remove(block);
            if (held != null) {
                names.remove(held.name);
            }
        }
    }

    private final Map<Integer, Endpoint> endpoints = new TreeMap<>();
    private final boolean counted;

    ModelPrefixIndex(boolean counted) {
        this.counted = counted;
    }

    @Override
    public void match(long[] hashes, int count, PrefixMatches into) {
        into.forget();
        endpoints.forEach((slot, endpoint) -> {
            int[] byTier = new int[TIERS];
            int leading = -1;
            int length = 0;
            while (length < count) {
                Held held = endpoint.blocks.get(hashes[length]);
                if (held == null) {
                    break;
                }
                int fastest = held.fastest();
                byTier[fastest]++;
                if (fastest > 0 && leading < 0) {
                    leading = length;
                }
                length++;
            }
            if (length > 0) {
                into.add(slot, length, leading < 0 ? length : leading, byTier[1], byTier[2], byTier[3]);
            }
        });
    }

    @Override
    public void match(long[] hashes, int count, Tier tier, PrefixMatches into) {
        into.forget();
        int t = tier.ordinal();
        endpoints.forEach((slot, endpoint) -> {
            int length = 0;
            while (length < count && copies(endpoint, hashes[length], t) > 0) {
                length++;
            }
            if (length > 0) {
                into.add(
                        slot,
                        length,
                        t == 0 ? length : 0,
                        t == 1 ? length : 0,
                        t == 2 ? length : 0,
                        t == 3 ? length : 0);
            }
        });
    }

    private static int copies(Endpoint endpoint, long block, int tier) {
        Held held = endpoint.blocks.get(block);
        return held == null ? 0 : held.copies[tier];
    }

    private Endpoint endpoint(int slot) {
        return endpoints.computeIfAbsent(slot, added -> new Endpoint());
    }

    @Override
    public void store(int slot, long[] hashes, int from, int to) {
        store(slot, Tier.ACCELERATOR, hashes, from, to);
    }

    @Override
    public void store(int slot, Tier tier, long[] hashes, int from, int to) {
        Endpoint endpoint = endpoint(slot);
        for (int i = from; i < to; i++) {
            Held held = endpoint.blocks.get(hashes[i]);
            if (held == null) {
                held = add(endpoint, new Name(true, hashes[i]), hashes[i]);
            }
            held.copies[tier.ordinal()] = Math.max(1, held.copies[tier.ordinal()]);
        }
    }

    private static Held add(Endpoint endpoint, Name name, long block) {
        Held held = new Held(name);
        endpoint.blocks.put(block, held);
        endpoint.names.put(name, block);
        return held;
    }

    @Override
    public int storeFirst(int slot, Tier tier, long[] engineHashes, long[] blockHashes, int count) {
        Endpoint endpoint = endpoint(slot);
        for (int i = 0; i < count; i++) {
            Name name = new Name(false, engineHashes[i]);
            Long named = endpoint.names.get(name);
            Held held = endpoint.blocks.get(blockHashes[i]);
            if (named == null || named != blockHashes[i]) {
                if (named != null) {
                    endpoint.forget(named);
                }
                endpoint.forget(blockHashes[i]);
                held = add(endpoint, name, blockHashes[i]);
            }
            int most = counted ? MOST_COPIES : 1;
            held.copies[tier.ordinal()] = Math.min(most, held.copies[tier.ordinal()] + 1);
        }
        return count;
    }

    @Override
    public int storeAfter(int slot, Tier tier, long parent, long[] engineHashes, long[] blockHashes, int count) {
        return knows(slot, parent) ? storeFirst(slot, tier, engineHashes, blockHashes, count) : UNKNOWN_PARENT;
    }

    @Override
    public void remove(int slot, long hash) {
        remove(slot, Tier.ACCELERATOR, hash);
    }

    @Override
    public void remove(int slot, Tier tier, long hash) {
        remove(slot, tier, new Name(true, hash));
    }

    @Override
    public boolean removeEngine(int slot, Tier tier, long engineHash) {
        return remove(slot, tier, new Name(false, engineHash));
    }

    private boolean remove(int slot, Tier tier, Name name) {
        Endpoint endpoint = endpoint(slot);
        Long block = endpoint.names.get(name);
        if (block == null || copies(endpoint, block, tier.ordinal()) == 0) {
            return false;
        }
        Held held = endpoint.blocks.get(block);
        held.copies[tier.ordinal()]--;
        if (!held.isAnywhere()) {
            endpoint.forget(block);
        }
        return true;
    }

    @Override
    public void clear(int slot) {
        endpoints.remove(slot);
    }

    @Override
    public void clear(int slot, Tier tier) {
        Endpoint endpoint = endpoint(slot);
        for (long block : endpoint.blocks.keySet().toArray(Long[]::new)) {
            Held held = endpoint.blocks.get(block);
            held.copies[tier.ordinal()] = 0;
            if (!held.isAnywhere()) {
                endpoint.forget(block);
            }
        }
    }

    @Override
    public boolean holds(int slot, long hash) {
        return endpoint(slot).blocks.containsKey(hash);
    }

    @Override
    public boolean knows(int slot, long engineHash) {
        return block(slot, engineHash) != null;
    }

    private @Nullable Long block(int slot, long engineHash) {
        return endpoint(slot).names.get(new Name(false, engineHash));
    }

    @Override
    public long blockHash(int slot, long engineHash) {
        Long block = block(slot, engineHash);
        if (block == null) {
            throw new NoSuchElementException("engine hash " + engineHash);
        }
        return block;
    }

    @Override
    public long size() {
        return endpoints.values().stream().mapToLong(each -> each.blocks.size()).sum();
    }

    long size(Tier tier) {
        return endpoints.values().stream()
                .flatMap(each -> each.blocks.values().stream())
                .filter(held -> held.copies[tier.ordinal()] > 0)
                .count();
    }
}
