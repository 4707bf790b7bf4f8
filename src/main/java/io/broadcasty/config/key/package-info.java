/**
 * What a configuration key is, and where values come from, for every package that has keys of its
 * own.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.config.key;

import org.jspecify.annotations.NullMarked;
