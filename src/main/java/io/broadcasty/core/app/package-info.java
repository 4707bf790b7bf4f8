/** Apps: what clients and back ends of the Pusher protocol name instead of sending a token. */
@NullMarked
package io.broadcasty.core.app;

import org.jspecify.annotations.NullMarked;
