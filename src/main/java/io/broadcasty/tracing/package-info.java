/**
 * Traces of publications, as spans of the server's OpenTelemetry (docs/adr/0027).
 *
 * <p>May import: {@code lifecycle}, {@code channel}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.tracing;

import org.jspecify.annotations.NullMarked;
