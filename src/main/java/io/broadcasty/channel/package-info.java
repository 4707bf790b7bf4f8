/**
 * Names: channels, their kinds, channels of a tenant, and patterns over them.
 *
 * <p>May import: {@code tenant}.
 */
@NullMarked
package io.broadcasty.channel;

import org.jspecify.annotations.NullMarked;
