/**
 * The spool: queues publications while the streams cannot be reached, and publishes them in order
 * afterwards.
 */
@NullMarked
package io.broadcasty.streams.spool;

import org.jspecify.annotations.NullMarked;
