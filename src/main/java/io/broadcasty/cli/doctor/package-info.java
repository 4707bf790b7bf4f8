/** Examines an installation: what is wrong with it, and how to mend that. */
@NullMarked
package io.broadcasty.cli.doctor;

import org.jspecify.annotations.NullMarked;
