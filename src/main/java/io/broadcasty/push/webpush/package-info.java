/**
 * Adapter: notifications to browsers by RFC 8030, encrypted by RFC 8291, from a sender known by
 * VAPID (RFC 8292), to endpoints that are no way into the network.
 *
 * <p>May import: {@code push} and what it may import.
 */
@NullMarked
package io.broadcasty.push.webpush;

import org.jspecify.annotations.NullMarked;
