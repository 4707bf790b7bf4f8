/**
 * Client connections from handshake to close, whatever transport carries them and protocol they
 * speak.
 */
@NullMarked
package io.broadcasty.delivery.session;

import org.jspecify.annotations.NullMarked;
