/**
 * Who is calling: the authenticated caller and the port that makes one from a token.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.auth;

import org.jspecify.annotations.NullMarked;
