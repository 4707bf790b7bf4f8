/**
 * Meters for Prometheus, by Micrometer's registry.
 *
 * <p>May import: {@code metrics}.
 */
@NullMarked
package io.broadcasty.metrics.prometheus;

import org.jspecify.annotations.NullMarked;
