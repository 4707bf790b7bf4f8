/** API keys of machines: their scopes, secrets and lives, and who calls with one. */
@NullMarked
package io.broadcasty.admin.key;

import org.jspecify.annotations.NullMarked;
