/** Connections of this node: sessions, subscriptions and fan-out. */
@NullMarked
package io.broadcasty.delivery;

import org.jspecify.annotations.NullMarked;
