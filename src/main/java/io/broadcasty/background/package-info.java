/**
 * Background threads: loops that continue after a failure, their supervision and their condition.
 *
 * <p>May import: {@code time}.
 */
@NullMarked
package io.broadcasty.background;

import org.jspecify.annotations.NullMarked;
