/** Numbers that each node counts for itself, and whose sum over all nodes some nodes watch. */
@NullMarked
package io.broadcasty.cluster.counter;

import org.jspecify.annotations.NullMarked;
