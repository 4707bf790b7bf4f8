/** Development mode: a key pair of its own, and tokens for anybody who asks. */
@NullMarked
package io.broadcasty.server.dev;

import org.jspecify.annotations.NullMarked;
