/**
 * What one server alone needs: fast output and detection of clients that disconnected, for Payara,
 * WildFly and Open Liberty. Everything here has a fallback that is plain Jakarta EE.
 */
@NullMarked
package io.broadcasty.transport.container;

import org.jspecify.annotations.NullMarked;
