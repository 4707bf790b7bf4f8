/** Verification of JSON Web Tokens (RFC 7519) with public keys, or with one secret. */
@NullMarked
package io.broadcasty.core.auth.jwt;

import org.jspecify.annotations.NullMarked;
