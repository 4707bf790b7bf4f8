/**
 * The command line {@code broadcasty}: the second program of these classes, beside the WAR. It sets
 * an installation up and examines it with the classes that the server itself reads its
 * configuration and opens its stores with, and administers a server that runs over HTTP.
 */
@NullMarked
package io.broadcasty.cli;

import org.jspecify.annotations.NullMarked;
