/** Tests of the built WAR in a real application server, with real clients. */
@NullMarked
package io.broadcasty.integration;

import org.jspecify.annotations.NullMarked;
