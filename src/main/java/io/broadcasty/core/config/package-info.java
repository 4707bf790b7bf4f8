/** Configuration keys and sources of values, for every package that has keys of its own. */
@NullMarked
package io.broadcasty.core.config;

import org.jspecify.annotations.NullMarked;
