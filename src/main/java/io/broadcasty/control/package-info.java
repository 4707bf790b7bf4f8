/**
 * Control messages between nodes: the topic, its messages, and their format.
 *
 * <p>May import: {@code background}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.control;

import org.jspecify.annotations.NullMarked;
