/** Meters for Prometheus, in Micrometer's registry. */
@NullMarked
package io.broadcasty.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
