/** The protocols that connections speak, each with its encoder and session. */
@NullMarked
package io.broadcasty.protocol;

import org.jspecify.annotations.NullMarked;
