/**
 * Push notifications: the use cases, the queue, the worker that sends, and the port to push
 * services of browsers and phones.
 *
 * <p>May import: {@code background}, {@code auth}, {@code rbac}, {@code ratelimit}, {@code
 * channel}, {@code presence}, {@code tenant}, {@code time}, {@code config.key}.
 */
@NullMarked
package io.broadcasty.push;

import org.jspecify.annotations.NullMarked;
