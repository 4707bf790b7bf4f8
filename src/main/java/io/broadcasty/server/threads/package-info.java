/** The threads of the node, and what runs tasks on them. */
@NullMarked
package io.broadcasty.server.threads;

import org.jspecify.annotations.NullMarked;
