/**
 * One connection's life, whatever carries it.
 *
 * <p>May import: {@code protocol}, {@code hub}, {@code publish}, {@code subscribe}.
 */
@NullMarked
package io.broadcasty.session;

import org.jspecify.annotations.NullMarked;
