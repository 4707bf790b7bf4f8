/**
 * What nodes tell each other besides publications: the control topic, its messages, and how those
 * are written between nodes.
 *
 * <p>May import: {@code background}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.control;

import org.jspecify.annotations.NullMarked;
