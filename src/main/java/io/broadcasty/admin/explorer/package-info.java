/** What administrators see of channels and connections, on all nodes. */
@NullMarked
package io.broadcasty.admin.explorer;

import org.jspecify.annotations.NullMarked;
