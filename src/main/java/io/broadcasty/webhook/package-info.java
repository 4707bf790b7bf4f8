/**
 * Webhooks: what happens on the channels of a tenant, told to its endpoints; the ports of what
 * keeps endpoints and messages, and the use case of administrators.
 */
@NullMarked
package io.broadcasty.webhook;

import org.jspecify.annotations.NullMarked;
