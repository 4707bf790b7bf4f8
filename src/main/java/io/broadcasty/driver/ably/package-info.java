/**
 * Relay provider for Ably, by its REST API.
 *
 * <p>May import: {@code driver} and what it may import.
 */
@NullMarked
package io.broadcasty.driver.ably;

import org.jspecify.annotations.NullMarked;
