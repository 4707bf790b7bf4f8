/** The publish use case. */
@NullMarked
package io.broadcasty.streams.publish;

import org.jspecify.annotations.NullMarked;
