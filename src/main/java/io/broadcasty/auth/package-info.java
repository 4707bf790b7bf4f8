/**
 * Authentication: the caller, the port that verifies a token, and the port that remembers nonces
 * against replay.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.auth;

import org.jspecify.annotations.NullMarked;
