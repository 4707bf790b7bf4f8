/** How many subscribe to a channel, and which users are signed in, on all nodes together. */
@NullMarked
package io.broadcasty.delivery.audience;

import org.jspecify.annotations.NullMarked;
