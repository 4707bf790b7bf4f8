/** Events on this node: the listener port, the events, and the dispatcher to several listeners. */
@NullMarked
package io.broadcasty.core.lifecycle;

import org.jspecify.annotations.NullMarked;
