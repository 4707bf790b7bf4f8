/** Broadcasty, the realtime layer for Jakarta EE. See docs/architecture.md for the packages. */
@NullMarked
package io.broadcasty;

import org.jspecify.annotations.NullMarked;
