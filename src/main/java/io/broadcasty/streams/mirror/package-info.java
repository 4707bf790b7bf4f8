/** The mirror: copies streams to a long-term archive, and serves both as one. */
@NullMarked
package io.broadcasty.streams.mirror;

import org.jspecify.annotations.NullMarked;
