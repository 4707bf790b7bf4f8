/** Traces of publications, as spans of the server's OpenTelemetry (docs/adr/0027). */
@NullMarked
package io.broadcasty.observability.tracing;

import org.jspecify.annotations.NullMarked;
