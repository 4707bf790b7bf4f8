/** Channel names, their kinds, channels of a tenant, and patterns that match channels. */
@NullMarked
package io.broadcasty.core.channel;

import org.jspecify.annotations.NullMarked;
