/** Files and directories that only the user of this process can read. */
@NullMarked
package io.broadcasty.core.file;

import org.jspecify.annotations.NullMarked;
