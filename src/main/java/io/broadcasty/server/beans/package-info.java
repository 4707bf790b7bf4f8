/** CDI producers: the components of the node as beans for servlets and resources. */
@NullMarked
package io.broadcasty.server.beans;

import org.jspecify.annotations.NullMarked;
