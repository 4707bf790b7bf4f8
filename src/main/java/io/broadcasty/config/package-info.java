/**
 * Configuration: the table of keys, their checks, and the settings of each room made of them.
 *
 * <p>May import: everything below.
 */
@NullMarked
package io.broadcasty.config;

import org.jspecify.annotations.NullMarked;
