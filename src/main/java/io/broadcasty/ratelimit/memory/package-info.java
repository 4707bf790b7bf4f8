/**
 * Token buckets in the node's memory.
 *
 * <p>May import: {@code ratelimit} and what it may import.
 */
@NullMarked
package io.broadcasty.ratelimit.memory;

import org.jspecify.annotations.NullMarked;
