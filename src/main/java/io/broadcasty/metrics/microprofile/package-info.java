/**
 * Meters in the server's own registry, where it has MicroProfile Metrics. Its API belongs to the
 * server and is not in the WAR, so no class here is loaded before it is known to exist.
 */
@NullMarked
package io.broadcasty.metrics.microprofile;

import org.jspecify.annotations.NullMarked;
