/** The audit log as entities of Jakarta Persistence, for reading. */
@NullMarked
package io.broadcasty.admin.audit.jpa;

import org.jspecify.annotations.NullMarked;
