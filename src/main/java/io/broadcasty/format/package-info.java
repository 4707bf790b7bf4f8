/**
 * Format versions of stored data and of messages between nodes, and the handling of unknown
 * versions.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.format;

import org.jspecify.annotations.NullMarked;
