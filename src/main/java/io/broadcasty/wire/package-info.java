/**
 * What goes over the wire in every protocol: commands, replies, problems, cursors and codes as JSON
 * (protocol/PROTOCOL.md).
 */
@NullMarked
package io.broadcasty.wire;

import org.jspecify.annotations.NullMarked;
