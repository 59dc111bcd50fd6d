// SPDX-License-Identifier: Apache-2.0

/** Metrics of the scheduler for Micrometer. */
module dev.pointsman.micrometer {
    requires static org.jspecify;
    requires transitive dev.pointsman.api;
    requires transitive micrometer.core;

    exports dev.pointsman.micrometer;
}
