/**
 * Who is present on a channel: members, and the port that keeps them.
 *
 * <p>May import: {@code background}, {@code channel}, {@code lifecycle}, {@code tenant}, {@code
 * time}.
 */
@NullMarked
package io.broadcasty.presence;

import org.jspecify.annotations.NullMarked;
