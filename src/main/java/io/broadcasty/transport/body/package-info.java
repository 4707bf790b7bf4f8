/** Bodies of requests, read so that slow clients do not hold the threads of the server. */
@NullMarked
package io.broadcasty.transport.body;

import org.jspecify.annotations.NullMarked;
