/** Development mode: verifies tokens with a key pair of its own and issues tokens to anybody. */
@NullMarked
package io.broadcasty.server.dev;

import org.jspecify.annotations.NullMarked;
