/** The node's threads and the executors that run tasks on them. */
@NullMarked
package io.broadcasty.server.threads;

import org.jspecify.annotations.NullMarked;
