/**
 * Push notifications: the use cases that register devices, send, and report the status of a send.
 */
@NullMarked
package io.broadcasty.push;

import org.jspecify.annotations.NullMarked;
