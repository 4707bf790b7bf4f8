/** Non-blocking input and output of a stream, for servlets. */
@NullMarked
package io.broadcasty.transport.io;

import org.jspecify.annotations.NullMarked;
