/** The node as MBeans, which the server's console and JMX clients show and operate. */
@NullMarked
package io.broadcasty.observability.mbeans;

import org.jspecify.annotations.NullMarked;
