/**
 * Push: what reaches people who have no connection open, through the push services of browsers and
 * phones. Owns the notification, the devices it goes to, the queue of what is to be sent and what
 * sends it, and the port to each service.
 *
 * <p>May import: {@code background}, {@code auth}, {@code rbac}, {@code ratelimit}, {@code
 * channel}, {@code presence}, {@code tenant}, {@code time}, {@code config.key}.
 */
@NullMarked
package io.broadcasty.push;

import org.jspecify.annotations.NullMarked;
