/**
 * Wires the components, starts them and stops them: CDI producers, the JAX-RS application, health
 * checks, development mode.
 *
 * <p>May import: everything.
 */
@NullMarked
package io.broadcasty.app;

import org.jspecify.annotations.NullMarked;
