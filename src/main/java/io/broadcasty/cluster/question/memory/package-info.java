/** The answers of a node that serves alone. */
@NullMarked
package io.broadcasty.cluster.question.memory;

import org.jspecify.annotations.NullMarked;
