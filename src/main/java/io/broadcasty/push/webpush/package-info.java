/**
 * Push provider for browsers: Web Push (RFC 8030), encrypted by RFC 8291, identified by VAPID (RFC
 * 8292), with endpoints restricted to public addresses.
 */
@NullMarked
package io.broadcasty.push.webpush;

import org.jspecify.annotations.NullMarked;
