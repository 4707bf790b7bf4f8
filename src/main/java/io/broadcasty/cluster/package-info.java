/** Which nodes serve together, and what they tell each other. */
@NullMarked
package io.broadcasty.cluster;

import org.jspecify.annotations.NullMarked;
