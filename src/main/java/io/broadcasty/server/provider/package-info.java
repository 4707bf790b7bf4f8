/** Calls to providers under MicroProfile Fault Tolerance. */
@NullMarked
package io.broadcasty.server.provider;

import org.jspecify.annotations.NullMarked;
