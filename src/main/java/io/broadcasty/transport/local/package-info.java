/** Publishing by other applications of the same server, without HTTP. */
@NullMarked
package io.broadcasty.transport.local;

import org.jspecify.annotations.NullMarked;
