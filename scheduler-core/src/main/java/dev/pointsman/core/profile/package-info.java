// SPDX-License-Identifier: Apache-2.0

/**
 * Profiles as hosts write them: which filters, which scorers with which weights, which picker. Hosts build a {@link
 * dev.pointsman.core.profile.Profile} or take a {@linkplain dev.pointsman.core.profile.ShippedProfiles shipped one}, and
 * hand it to the scheduler's builder, which finds the plugins it names. Values here are immutable.
 */
@NullMarked
package dev.pointsman.core.profile;

import org.jspecify.annotations.NullMarked;
