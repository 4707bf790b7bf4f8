/** The life of a connection, whichever transport carries it and whichever protocol it speaks. */
@NullMarked
package io.broadcasty.delivery.session;

import org.jspecify.annotations.NullMarked;
