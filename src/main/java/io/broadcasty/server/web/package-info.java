/** Registers the servlets and filters of the data plane. */
@NullMarked
package io.broadcasty.server.web;

import org.jspecify.annotations.NullMarked;
