/**
 * Configuration: the table of keys, their validation, and the settings of each package.
 *
 * <p>May import: everything below.
 */
@NullMarked
package io.broadcasty.config;

import org.jspecify.annotations.NullMarked;
