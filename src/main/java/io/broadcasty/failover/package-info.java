/**
 * Chooses which of several providers serves: the first that is healthy.
 *
 * <p>May import: {@code time}.
 */
@NullMarked
package io.broadcasty.failover;

import org.jspecify.annotations.NullMarked;
