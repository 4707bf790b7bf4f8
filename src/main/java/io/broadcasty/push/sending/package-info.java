/**
 * Sends queued notifications: one worker for each push service, with back-off and a circuit
 * breaker.
 */
@NullMarked
package io.broadcasty.push.sending;

import org.jspecify.annotations.NullMarked;
