/** What administrators see happen: the events of all nodes, while somebody reads them. */
@NullMarked
package io.broadcasty.admin.events;

import org.jspecify.annotations.NullMarked;
