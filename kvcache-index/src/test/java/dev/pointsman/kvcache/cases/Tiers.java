// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.Tier;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What case files call tiers. */
final class Tiers {
    private Tiers() {}

    static Tier named(@Nullable String name) {
        Tier tier = name == null ? Tier.ACCELERATOR : known(name);
        if (tier == null) {
            throw new Mismatch("tier " + name + ": is not known to this runner");
        }
        return tier;
    }

    /** Returns a tier, or null if no tier is called so. */
    static @Nullable Tier known(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "gpu", "device", "accelerator", "hbm" -> Tier.ACCELERATOR;
            case "cpu", "host", "cpu_pinned", "cpu_tier1" -> Tier.HOST;
            case "disk", "storage", "nvme", "fs", "obj", "ssd", "cpu_tier2" -> Tier.STORAGE;
            case "remote", "external", "network", "shared" -> Tier.REMOTE;
            default -> null;
        };
    }
}
