/**
 * Broadcasty, the realtime layer for Jakarta EE. The rooms and their order: docs/architecture.md.
 */
@NullMarked
package io.broadcasty;

import org.jspecify.annotations.NullMarked;
