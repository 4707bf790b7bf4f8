/**
 * Verification of JSON Web Tokens (RFC 7519) with public keys only.
 *
 * <p>May import: {@code auth} and what it may import.
 */
@NullMarked
package io.broadcasty.auth.jwt;

import org.jspecify.annotations.NullMarked;
