/**
 * Push provider for the Apple Push Notification service, with token-based authentication.
 *
 * <p>May import: {@code push} and what it may import.
 */
@NullMarked
package io.broadcasty.push.apns;

import org.jspecify.annotations.NullMarked;
