/** Push provider for the Apple Push Notification service, with token-based authentication. */
@NullMarked
package io.broadcasty.push.apns;

import org.jspecify.annotations.NullMarked;
