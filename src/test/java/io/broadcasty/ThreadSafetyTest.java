package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.broadcasty.core.background.ConfinedTo;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Checks the fields of classes marked {@link ThreadSafe}. Error Prone checks that fields marked
 * {@link GuardedBy} are accessed under their lock; no release of it registers its check of
 * {@code @ThreadSafe}, which accepts neither volatile fields nor unmodifiable collections.
 */
class ThreadSafetyTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.broadcasty");

  @Test
  void subtypesOfThreadSafeTypesAreMarkedToo() {
    Set<String> faults = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (isMarked(type) || type.isAnonymousClass()) {
        continue;
      }
      type.getAllRawSuperclasses().stream()
          .filter(ThreadSafetyTest::isMarked)
          .forEach(above -> faults.add(type.getName() + " extends " + above.getName()));
      type.getAllRawInterfaces().stream()
          .filter(ThreadSafetyTest::isMarked)
          .forEach(above -> faults.add(type.getName() + " implements " + above.getName()));
    }
    assertEquals("", String.join("\n", faults));
  }

  @Test
  void fieldsAreFinalOrVolatileOrGuarded() {
    Set<String> faults = new TreeSet<>();
    int checked = 0;
    for (JavaField field : unguardedFields()) {
      checked++;
      if (!field.getModifiers().contains(JavaModifier.FINAL)
          && !field.getModifiers().contains(JavaModifier.VOLATILE)) {
        faults.add(field.getFullName());
      }
    }
    assertTrue(checked > 300, "the fields were not read: " + checked);
    assertEquals("", String.join("\n", faults));
  }

  /** Declared as a list, set or map, a collection is unmodifiable or filled by the constructor. */
  @Test
  void unguardedFieldsHoldNoCollectionThatIsMeantToChange() {
    Set<String> faults = new TreeSet<>();
    for (JavaField field : unguardedFields()) {
      if (isMutable(field.getRawType())) {
        faults.add(field.getFullName());
      }
    }
    assertEquals("", String.join("\n", faults));
  }

  private static boolean isMutable(JavaClass type) {
    return type.isAssignableTo(BitSet.class)
        || ((!type.isInterface() || type.isAssignableTo(Queue.class))
            && (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class))
            && !type.getPackageName().startsWith("java.util.concurrent"));
  }

  private static Set<JavaField> unguardedFields() {
    Set<JavaField> fields = new HashSet<>();
    for (JavaClass type : CLASSES) {
      if (isMarked(type)) {
        for (JavaField field : type.getFields()) {
          if (!field.getModifiers().contains(JavaModifier.STATIC)
              && !field.getModifiers().contains(JavaModifier.SYNTHETIC)
              && !field.isAnnotatedWith(GuardedBy.class)
              && !field.isAnnotatedWith(ConfinedTo.class)) {
            fields.add(field);
          }
        }
      }
    }
    return fields;
  }

  private static boolean isMarked(JavaClass type) {
    return type.isAnnotatedWith(ThreadSafe.class);
  }
}
