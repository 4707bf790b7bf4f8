/**
 * Meters in the server's own registry, where it has MicroProfile Metrics. Its API is the server's
 * and is not in the WAR: nothing here is named before it is known to be there.
 *
 * <p>May import: {@code metrics}.
 */
@NullMarked
package io.broadcasty.metrics.microprofile;

import org.jspecify.annotations.NullMarked;
