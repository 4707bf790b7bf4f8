/**
 * Client connections from handshake to close, whatever transport carries them.
 *
 * <p>May import: {@code background}, {@code auth}, {@code control}, {@code ratelimit}, {@code
 * channel}, {@code broker}, {@code protocol}, {@code hub}, {@code publish}, {@code subscribe},
 * {@code attend}, {@code presence}, {@code push}, {@code lifecycle}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.session;

import org.jspecify.annotations.NullMarked;
