/** Servlets and JAX-RS resources: publish, replay, presence, push, meters and administration. */
@NullMarked
package io.broadcasty.transport.http;

import org.jspecify.annotations.NullMarked;
