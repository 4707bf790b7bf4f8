/**
 * Connectors to the server's messaging: messages of queues and topics become publications, and
 * publications become messages.
 */
@NullMarked
package io.broadcasty.messaging;

import org.jspecify.annotations.NullMarked;
