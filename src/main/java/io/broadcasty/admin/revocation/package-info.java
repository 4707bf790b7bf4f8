/** Revocations: tokens that are refused before they expire, and who may say so. */
@NullMarked
package io.broadcasty.admin.revocation;

import org.jspecify.annotations.NullMarked;
