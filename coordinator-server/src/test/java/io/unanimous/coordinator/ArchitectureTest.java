package io.unanimous.coordinator;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/**
 * Imports run one way, and the core stays a function of its inputs.
 *
 * <p>The simulator replays the core from a seed, and recovery replays it from the log. Both are worth something only
 * if the core reads nothing but its arguments, hence the rules about clocks, threads, randomness and I/O.
 */
@AnalyzeClasses(packages = "io.unanimous.coordinator", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    private static final String CORE = "io.unanimous.coordinator.core..";
    private static final String LOG = "io.unanimous.coordinator.log..";
    private static final String RUNTIME = "io.unanimous.coordinator.runtime..";
    private static final String TRANSPORT = "io.unanimous.coordinator.transport..";
    private static final String SERVER = "io.unanimous.coordinator.server..";

    /** Classes of the JDK whose answers depend on the machine, the moment or the scheduler. */
    private static final Set<String> UNREPEATABLE_CLASSES = Set.of(
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Runtime",
            "java.lang.System$Logger",
            "java.lang.Thread",
            "java.lang.ThreadGroup",
            "java.lang.ThreadLocal",
            "java.time.Clock",
            "java.time.InstantSource",
            "java.util.Random",
            "java.util.Scanner",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.TimerTask");

    /** Single members of otherwise harmless classes; Map.of and its kin iterate in an order salted per JVM. */
    private static final Set<String> UNREPEATABLE_MEMBERS = Set.of(
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.lang.System.console",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.err",
            "java.lang.System.getLogger",
            "java.lang.System.getProperty",
            "java.lang.System.getenv",
            "java.lang.System.identityHashCode",
            "java.lang.System.in",
            "java.lang.System.nanoTime",
            "java.lang.System.out",
            "java.util.Collection.parallelStream",
            "java.util.Collections.shuffle",
            "java.util.Map.copyOf",
            "java.util.Map.of",
            "java.util.Map.ofEntries",
            "java.util.Set.copyOf",
            "java.util.Set.of",
            "java.util.UUID.randomUUID",
            "java.util.stream.Collectors.toUnmodifiableMap",
            "java.util.stream.Collectors.toUnmodifiableSet");

    @ArchTest
    static final ArchRule importsRunOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.unanimous.coordinator..")
            .withOptionalLayers(true)
            .layer("server")
            .definedBy(SERVER)
            .layer("transport")
            .definedBy(TRANSPORT)
            .layer("runtime")
            .definedBy(RUNTIME)
            .layer("log")
            .definedBy(LOG)
            .layer("core")
            .definedBy(CORE)
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("transport")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("runtime")
            .mayOnlyBeAccessedByLayers("server", "transport")
            .whereLayer("log")
            .mayOnlyBeAccessedByLayers("server", "transport", "runtime")
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule onlyTheEdgeKnowsTheWire = noClasses()
            .that()
            .resideInAnyPackage(CORE, LOG, RUNTIME)
            .should()
            .dependOnClassesThat(describe(
                    "belong to gRPC or to the wire contract",
                    type -> resideInAnyPackage("io.grpc..", "io.unanimous..").test(type)
                            && !type.getPackageName().startsWith("io.unanimous.coordinator.")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule coreUsesTheBareJdk = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat(describe(
                    "are core, JSpecify's annotations, or of java.lang, java.util, java.time, java.math or java.nio's buffers",
                    type -> resideInAnyPackage(
                                    CORE,
                                    "org.jspecify.annotations",
                                    "java.lang..",
                                    "java.util",
                                    "java.util.function",
                                    "java.util.stream",
                                    "java.util.regex",
                                    "java.time..",
                                    "java.math",
                                    "java.nio",
                                    "java.nio.charset")
                            .test(innermost(type))))
            .allowEmptyShould(true)
            .because("the core decides and the shell acts: no I/O, no logging, no threads");

    @ArchTest
    static final ArchRule coreNamesNothingUnrepeatable = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat(describe(
                    "read a clock, a scheduler, a random source or the process",
                    type -> UNREPEATABLE_CLASSES.contains(innermost(type).getName())))
            .allowEmptyShould(true)
            .because("the same state and the same input give the same output");

    @ArchTest
    static final ArchRule coreCallsNothingUnrepeatable = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .accessTargetWhere(describe("is unrepeatable", ArchitectureTest::isUnrepeatable))
            .allowEmptyShould(true)
            .because("the same state and the same input give the same output");

    private static boolean isUnrepeatable(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String member = access.getTarget().getName();
        boolean readsClock = owner.getPackageName().equals("java.time") && member.equals("now");
        return readsClock
                || member.equals("parallelStream")
                || UNREPEATABLE_MEMBERS.contains(owner.getName() + "." + member);
    }

    private static JavaClass innermost(JavaClass type) {
        return type.getBaseComponentType();
    }
}
