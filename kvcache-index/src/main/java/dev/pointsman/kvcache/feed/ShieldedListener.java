// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.DropReason;

/**
 * Keeps what a host's listener throws away from what it listens to: half an applied batch is too much to pay for a
 * metric. The first time, the log says so.
 */
final class ShieldedListener implements KvIndexListener {
    private static final System.Logger LOG = System.getLogger(ShieldedListener.class.getName());

    private final KvIndexListener listener;
    private boolean failed;

    ShieldedListener(KvIndexListener listener) {
        this.listener = listener;
    }

    private void failed(RuntimeException failure) {
        if (!failed) {
            failed = true;
            LOG.log(
                    System.Logger.Level.ERROR,
                    "A listener of KV events failed, and what it throws from now on is not told: " + listener,
                    failure);
        }
    }

    @Override
    public void stored(int slot, Tier tier, int blocks) {
        try {
            listener.stored(slot, tier, blocks);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void removed(int slot, Tier tier, int blocks) {
        try {
            listener.removed(slot, tier, blocks);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void cleared(int slot) {
        try {
            listener.cleared(slot);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void dropped(int slot, DropReason reason, long count) {
        try {
            listener.dropped(slot, reason, count);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void batchApplied(int slot, double timestamp, long behind) {
        try {
            listener.batchApplied(slot, timestamp, behind);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void replayBegan(int slot, long from) {
        try {
            listener.replayBegan(slot, from);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void replayEnded(int slot, boolean whole) {
        try {
            listener.replayEnded(slot, whole);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }

    @Override
    public void healthChanged(int slot, EndpointHealth health) {
        try {
            listener.healthChanged(slot, health);
        } catch (RuntimeException failure) {
            failed(failure);
        }
    }
}
