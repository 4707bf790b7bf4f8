/**
 * Push as the configuration has it: the opened push services, or the answer that push is disabled.
 */
@NullMarked
package io.broadcasty.server.push;

import org.jspecify.annotations.NullMarked;
