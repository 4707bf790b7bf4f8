/** The audit log: actions of callers, and changes that the service made by itself. */
@NullMarked
package io.broadcasty.admin.audit;

import org.jspecify.annotations.NullMarked;
