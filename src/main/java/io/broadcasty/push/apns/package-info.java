/**
 * Adapter: notifications through the Apple Push Notification service, with a token of the
 * provider's key.
 *
 * <p>May import: {@code push} and what it may import.
 */
@NullMarked
package io.broadcasty.push.apns;

import org.jspecify.annotations.NullMarked;
