/** Relays publications, in order, to providers such as Pusher whose clients subscribe there. */
@NullMarked
package io.broadcasty.relay;

import org.jspecify.annotations.NullMarked;
