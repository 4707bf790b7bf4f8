/**
 * Configuration keys and sources of values, for every package that has keys of its own.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.config.key;

import org.jspecify.annotations.NullMarked;
