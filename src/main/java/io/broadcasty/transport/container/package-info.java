/**
 * Internals of single servers (Payara, WildFly, Open Liberty): faster outputs and the detection of
 * disconnected clients. Everything here has a fallback that is plain Jakarta EE.
 */
@NullMarked
package io.broadcasty.transport.container;

import org.jspecify.annotations.NullMarked;
