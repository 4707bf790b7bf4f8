/**
 * Who is calling, and whether for the first time: the authenticated caller, the port that makes one
 * from a token, and the port that remembers nonces.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.auth;

import org.jspecify.annotations.NullMarked;
