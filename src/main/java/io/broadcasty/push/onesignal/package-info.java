/**
 * Push provider for OneSignal, by its REST API.
 *
 * <p>May import: {@code push} and what it may import.
 */
@NullMarked
package io.broadcasty.push.onesignal;

import org.jspecify.annotations.NullMarked;
