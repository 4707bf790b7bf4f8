/**
 * Format versions of stored data and of messages between nodes, and the handling of unknown
 * versions.
 */
@NullMarked
package io.broadcasty.core.format;

import org.jspecify.annotations.NullMarked;
