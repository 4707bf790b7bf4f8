/**
 * Local fan-out: delivers publications to the subscribers of this node, each through a bounded
 * outbox.
 */
@NullMarked
package io.broadcasty.delivery.hub;

import org.jspecify.annotations.NullMarked;
