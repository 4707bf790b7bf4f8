/**
 * The meters of a node and their sources. Listeners count events; other values are read from the
 * component that knows them.
 */
@NullMarked
package io.broadcasty.observability.meters;

import org.jspecify.annotations.NullMarked;
