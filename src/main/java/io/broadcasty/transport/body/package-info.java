/** Bodies of requests, read without a thread that waits for the client. */
@NullMarked
package io.broadcasty.transport.body;

import org.jspecify.annotations.NullMarked;
