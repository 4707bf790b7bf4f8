/** Control messages between nodes: the topic, its messages, and their format. */
@NullMarked
package io.broadcasty.cluster.control;

import org.jspecify.annotations.NullMarked;
