/**
 * Queues and topics of Jakarta Messaging. Its classes are loaded only when a connector is
 * configured, since not every server has the API.
 */
@NullMarked
package io.broadcasty.messaging.jms;

import org.jspecify.annotations.NullMarked;
