/** What each part of the node keeps of users, for jobs that export and erase it. */
@NullMarked
package io.broadcasty.server.privacy;

import org.jspecify.annotations.NullMarked;
