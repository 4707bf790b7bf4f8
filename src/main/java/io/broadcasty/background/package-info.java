/**
 * Threads that run in the background: loops that go on after a failure, what keeps them going, and
 * how they are.
 *
 * <p>May import: {@code time}.
 */
@NullMarked
package io.broadcasty.background;

import org.jspecify.annotations.NullMarked;
