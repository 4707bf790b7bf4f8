/** Streams over Server-Sent Events. */
@NullMarked
package io.broadcasty.transport.sse;

import org.jspecify.annotations.NullMarked;
