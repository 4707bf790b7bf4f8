/**
 * Devices that receive push notifications: addresses, subscriptions, and the port that stores them.
 */
@NullMarked
package io.broadcasty.push.device;

import org.jspecify.annotations.NullMarked;
