/** The jobs about personal data, and exported data, in a relational database. */
@NullMarked
package io.broadcasty.admin.privacy.jdbc;

import org.jspecify.annotations.NullMarked;
