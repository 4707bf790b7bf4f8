/** The audit log in a relational database. */
@NullMarked
package io.broadcasty.admin.audit.jdbc;

import org.jspecify.annotations.NullMarked;
