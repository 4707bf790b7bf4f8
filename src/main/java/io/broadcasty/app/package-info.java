/**
 * Puts the rooms together, starts them and stops them: CDI producers, the JAX-RS application,
 * health, development mode.
 *
 * <p>May import: everything.
 */
@NullMarked
package io.broadcasty.app;

import org.jspecify.annotations.NullMarked;
