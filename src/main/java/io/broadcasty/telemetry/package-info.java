/**
 * Which meters there are, and from where in the rooms each is read. Nothing is recorded here: a
 * meter reads what its room counts or knows in any case.
 *
 * <p>May import: {@code metrics}, {@code broker}, {@code driver}, {@code failover}, {@code hub},
 * {@code mirror}, {@code nodes}, {@code publish}, {@code push}, {@code session}, {@code spool},
 * {@code time}.
 */
@NullMarked
package io.broadcasty.telemetry;

import org.jspecify.annotations.NullMarked;
