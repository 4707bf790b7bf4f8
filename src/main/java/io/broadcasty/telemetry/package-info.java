/**
 * Which meters there are, and from where in the rooms each is read. What happens is counted by
 * listeners; the rest is read from where it is known in any case.
 *
 * <p>May import: {@code channel}, {@code background}, {@code metrics}, {@code broker}, {@code
 * driver}, {@code failover}, {@code hub}, {@code lifecycle}, {@code mirror}, {@code nodes}, {@code
 * push}, {@code session}, {@code spool}, {@code time}, {@code transport}, {@code format}, {@code
 * tenant}.
 */
@NullMarked
package io.broadcasty.telemetry;

import org.jspecify.annotations.NullMarked;
