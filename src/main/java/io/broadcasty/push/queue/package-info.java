/**
 * The queue of notifications: the ports that store sends, dispatches and pending pushes, and the
 * states of a dispatch.
 */
@NullMarked
package io.broadcasty.push.queue;

import org.jspecify.annotations.NullMarked;
