/**
 * Channel names, their kinds, channels of a tenant, and patterns that match channels.
 *
 * <p>May import: {@code tenant}.
 */
@NullMarked
package io.broadcasty.channel;

import org.jspecify.annotations.NullMarked;
