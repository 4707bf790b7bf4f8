/**
 * Meters for Prometheus, in Micrometer's registry.
 *
 * <p>May import: {@code metrics}.
 */
@NullMarked
package io.broadcasty.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
