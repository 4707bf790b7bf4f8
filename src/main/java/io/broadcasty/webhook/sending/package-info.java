/** Sends what is due to endpoints: signatures, retries, rates, and endpoints that fail. */
@NullMarked
package io.broadcasty.webhook.sending;

import org.jspecify.annotations.NullMarked;
