// SPDX-License-Identifier: Apache-2.0

/** What a plugin author tests with: fleets, requests and clocks in one line each, and a compatibility kit. */
module dev.pointsman.testkit {
    requires static org.jspecify;
    requires transitive dev.pointsman.api;

    exports dev.pointsman.testkit;
    exports dev.pointsman.testkit.contract;
}
