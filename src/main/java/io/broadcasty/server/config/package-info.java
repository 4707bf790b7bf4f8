/**
 * Configuration: the table of keys, their checks, and the settings of each package made of them.
 */
@NullMarked
package io.broadcasty.server.config;

import org.jspecify.annotations.NullMarked;
