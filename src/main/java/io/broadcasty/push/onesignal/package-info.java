/** Push provider for OneSignal, by its REST API. */
@NullMarked
package io.broadcasty.push.onesignal;

import org.jspecify.annotations.NullMarked;
