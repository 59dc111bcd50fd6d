// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

/** The house's walls: which module may know which, and what may not leave through a public signature. */
@AnalyzeClasses(packages = "dev.pointsman", importOptions = ImportOption.DoNotIncludeTests.class)
class WhoMayKnowWhomTest {
    @ArchTest
    static final ArchRule apiKnowsOnlyTheJdk = classes()
            .that()
            .resideInAPackage("dev.pointsman.api..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.pointsman.api..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule indexKnowsNeitherSchedulerNorAccelerators = classes()
            .that()
            .resideInAPackage("dev.pointsman.kvcache..")
            .and()
            .resideOutsideOfPackage("dev.pointsman.kvcache.zmq..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.pointsman.kvcache..",
                    "java..",
                    "org.jspecify..",
                    "com.dynatrace.hash4j..",
                    "com.fasterxml.jackson..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule zmqKnowsTheIndex = classes()
            .that()
            .resideInAPackage("dev.pointsman.kvcache.zmq..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.pointsman.kvcache..", "java..", "org.jspecify..", "org.zeromq..", "org.slf4j..");

    @ArchTest
    static final ArchRule acceleratorsKnowNeitherSchedulerNorIndex = classes()
            .that()
            .resideInAPackage("dev.pointsman.accel..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.pointsman.accel..", "java..", "org.jspecify..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule coreKnowsTheModulesBelowIt = classes()
            .that()
            .resideInAPackage("dev.pointsman.core..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.pointsman.core..",
                    "dev.pointsman.api..",
                    "dev.pointsman.kvcache..",
                    "dev.pointsman.accel..",
                    "java..",
                    "org.jspecify..",
                    "com.google.common..",
                    "com.fasterxml.jackson..",
                    "org.yaml.snakeyaml..", // Only its limits, which Jackson's YAML parser takes.
                    "org.slf4j..");

    @ArchTest
    static final ArchRule metricsKnowTheApi = classes()
            .that()
            .resideInAPackage("dev.pointsman.micrometer..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.pointsman.micrometer..", "dev.pointsman.api..", "java..", "org.jspecify..", "io.micrometer..");

    @ArchTest
    static final ArchRule testKitKnowsTheApi = classes()
            .that()
            .resideInAPackage("dev.pointsman.testkit..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.pointsman.testkit..", "dev.pointsman.api..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule nobodyKnowsTheReplayButTheBenchmarks = noClasses()
            .that()
            .resideOutsideOfPackages("dev.pointsman.replay..", "dev.pointsman.benchmarks..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.replay..");

    @ArchTest
    static final ArchRule internalsStayInside = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pointsman.core..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.core.internal..");

    @ArchTest
    static final ArchRule internalsOfTheIndexStayInside = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pointsman.kvcache..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.kvcache.internal..");

    @ArchTest
    static final ArchRule internalsOfAcceleratorsStayInside = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pointsman.accel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.accel.internal..");

    @ArchTest
    static final ArchRule noCyclesAmongCorePackages =
            slices().matching("dev.pointsman.core.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noCyclesAmongIndexPackages =
            slices().matching("dev.pointsman.kvcache.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noCyclesAmongAcceleratorPackages =
            slices().matching("dev.pointsman.accel.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noCyclesAmongReplayPackages =
            slices().matching("dev.pointsman.replay.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreStartsNoThreadAndOpensNoSocket = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.pointsman.api..",
                    "dev.pointsman.core..",
                    "dev.pointsman.kvcache..",
                    "dev.pointsman.accel..",
                    "dev.pointsman.micrometer..")
            .and()
            .resideOutsideOfPackage("dev.pointsman.kvcache.zmq..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.channels..")
                    .or(assignableTo(java.util.concurrent.Executor.class))
                    .or(assignableTo(java.util.concurrent.Executors.class))
                    .or(assignableTo(ThreadLocal.class))
                    .or(assignableTo(java.util.Timer.class)))
            // A stage may be completed by whoever calls; these would hand it to a pool of threads, or wait for it.
            .orShould()
            .callMethodWhere(target(nameMatching(".*Async|delayedExecutor|orTimeout|completeOnTimeout|join|get"))
                    .and(target(owner(assignableTo(java.util.concurrent.CompletionStage.class)))))
            .orShould()
            .callMethod(Thread.class, "start")
            .orShould()
            .callConstructor(Thread.class, Runnable.class)
            .orShould()
            .accessField(System.class, "out");

    @ArchTest
    static final ArchRule foreignTypesStayOutOfSignatures = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(resideInAnyPackage(
                            "dev.pointsman.core..", "dev.pointsman.kvcache..", "dev.pointsman.accel..")
                    .and(not(resideInAnyPackage(
                            "dev.pointsman.core.internal..",
                            "dev.pointsman.kvcache.internal..",
                            "dev.pointsman.accel.internal..")))
                    .and(DescribedPredicate.describe(
                            "are public",
                            type -> type.getModifiers()
                                    .contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))))
            .should(mentionNoForeignType());

    private static ArchCondition<JavaMethod> mentionNoForeignType() {
        return new ArchCondition<>("mention no type of Guava, Jackson, SLF4J or hash4j") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Stream.concat(Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
                        .filter(WhoMayKnowWhomTest::foreign)
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " mentions " + type.getName())));
            }
        };
    }

    private static boolean foreign(JavaClass type) {
        return Stream.of("com.google.", "com.fasterxml.", "org.slf4j.", "com.dynatrace.")
                .anyMatch(type.getName()::startsWith);
    }
}
