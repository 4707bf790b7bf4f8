/** Exporting and erasing what the service keeps of a user: jobs, their progress, their runner. */
@NullMarked
package io.broadcasty.admin.privacy;

import org.jspecify.annotations.NullMarked;
