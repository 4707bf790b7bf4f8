/** Push provider for Firebase Cloud Messaging, by its HTTP v1 API. */
@NullMarked
package io.broadcasty.push.fcm;

import org.jspecify.annotations.NullMarked;
