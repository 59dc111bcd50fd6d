// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;

/**
 * Narrows the fleet before anything else is computed about a request. Each screener sees all endpoints, and one that any
 * of them removes is out for every profile. A screener that throws fails the request: what it would have kept out is not
 * known.
 */
public interface Screener extends Plugin {
    /**
     * Removes the endpoints that must not serve this request.
     *
     * @param cycle the request being scheduled; no data has been produced yet
     * @param candidates all endpoints of the fleet
     */
    void screen(SchedulingCycle cycle, CandidateSet candidates);
}
