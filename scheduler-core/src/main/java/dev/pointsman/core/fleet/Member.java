// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.fleet;

import dev.pointsman.api.fleet.Endpoint;

/** An endpoint in its slot, and which life of it this is. */
record Member(Endpoint endpoint, long incarnation) {}
