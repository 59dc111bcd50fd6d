// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

/**
 * A plugin with work that needs time to pass, such as expiry. The host drives it through the scheduler's own {@code
 * maintain}; no thread does. Times are nanoseconds of the scheduler's clock.
 */
public interface Maintained extends Plugin {
    /** Does the work that is due. */
    void maintain(long now);

    /** Returns when work will next be due, or {@link Long#MAX_VALUE} if none is planned. */
    long nextDeadline();
}
