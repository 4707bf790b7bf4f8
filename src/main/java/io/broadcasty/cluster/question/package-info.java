/** Questions that one node asks all nodes, and the port that brings their answers. */
@NullMarked
package io.broadcasty.cluster.question;

import org.jspecify.annotations.NullMarked;
