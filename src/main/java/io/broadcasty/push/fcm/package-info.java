/**
 * Push provider for Firebase Cloud Messaging, by its HTTP v1 API.
 *
 * <p>May import: {@code push} and what it may import.
 */
@NullMarked
package io.broadcasty.push.fcm;

import org.jspecify.annotations.NullMarked;
