/**
 * What carries connections and requests: HTTP, Server-Sent Events, WebSocket, and what each server
 * needs.
 */
@NullMarked
package io.broadcasty.transport;

import org.jspecify.annotations.NullMarked;
