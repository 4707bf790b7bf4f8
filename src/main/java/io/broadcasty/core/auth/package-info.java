/**
 * Authentication: the caller, the port that verifies a token, and the port that remembers nonces
 * against replay.
 */
@NullMarked
package io.broadcasty.core.auth;

import org.jspecify.annotations.NullMarked;
