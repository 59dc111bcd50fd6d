// SPDX-License-Identifier: Apache-2.0

/**
 * A comparison as one HTML page that needs no network, no server and nothing beside it. A {@link
 * dev.pointsman.replay.compare.Comparison} comes in. The text of the page leaves, equal to the byte for equal
 * comparisons.
 *
 * <p>The line charts are drawn by uPlot, an MIT-licensed library of 50 kB without dependencies. It is kept as a
 * resource, as published in its npm package, with the version in the file's name and its licence beside it and in every
 * page. A web-jar dependency was the alternative: the same bytes, but one more artifact on a user's class path for what
 * is inlined anyway, and a file name inside it that a new version may change. All else on the page (the table, the bars,
 * the panels) is plain HTML and is there without scripts as well.
 *
 * <p>Nothing in a comparison is trusted: policies and traces may be called anything. Text is escaped, the chart's numbers
 * are JSON in which no tag can begin, and the page's content security policy allows the page's own scripts alone, by
 * their hashes, and no loading of anything.
 */
@NullMarked
package dev.pointsman.replay.report;

import org.jspecify.annotations.NullMarked;
