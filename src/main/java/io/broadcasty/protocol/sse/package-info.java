/**
 * Version 1 of the protocol over Server-Sent Events (WHATWG HTML, section 9.2;
 * protocol/PROTOCOL.md).
 */
@NullMarked
package io.broadcasty.protocol.sse;

import org.jspecify.annotations.NullMarked;
