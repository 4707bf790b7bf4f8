/** Configuration: the table of keys, their validation, and the settings of each package. */
@NullMarked
package io.broadcasty.server.config;

import org.jspecify.annotations.NullMarked;
