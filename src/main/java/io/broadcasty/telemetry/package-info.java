/**
 * The meters of a node and their sources. Listeners count events; other values are read from the
 * component that knows them.
 *
 * <p>May import: {@code channel}, {@code background}, {@code metrics}, {@code broker}, {@code
 * driver}, {@code failover}, {@code hub}, {@code lifecycle}, {@code mirror}, {@code nodes}, {@code
 * push}, {@code session}, {@code spool}, {@code time}, {@code transport}, {@code format}, {@code
 * tenant}.
 */
@NullMarked
package io.broadcasty.telemetry;

import org.jspecify.annotations.NullMarked;
