/** The JAX-RS application of the data plane, and the servlet that issues development tokens. */
@NullMarked
package io.broadcasty.server.web;

import org.jspecify.annotations.NullMarked;
