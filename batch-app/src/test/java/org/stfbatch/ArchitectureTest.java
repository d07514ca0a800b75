package org.stfbatch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Checks the permitted dependencies between packages. */
@AnalyzeClasses(packages = "org.stfbatch", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String SPRING = "org.springframework..";
  private static final String JDBC = "java.sql..";
  private static final String KAFKA = "org.apache.kafka..";
  private static final String DJL_TENSORS = "ai.djl.ndarray..";

  @ArchTest
  static final ArchRule packagesDependOnLowerLayersOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("org.stfbatch.cli..")
          .layer("bench")
          .definedBy("org.stfbatch.bench..")
          .layer("job")
          .definedBy("org.stfbatch.job..")
          .layer("report")
          .definedBy("org.stfbatch.report..")
          .layer("evaluation")
          .definedBy("org.stfbatch.evaluation..")
          .layer("engine")
          .definedBy("org.stfbatch.engine..")
          .layer("comparison")
          .definedBy("org.stfbatch.comparison..")
          .layer("training")
          .definedBy("org.stfbatch.training..")
          .layer("model")
          .definedBy("org.stfbatch.model..")
          .layer("compression")
          .definedBy("org.stfbatch.compression..")
          .layer("prompt")
          .definedBy("org.stfbatch.prompt..")
          .layer("image")
          .definedBy("org.stfbatch.image..")
          .layer("net")
          .definedBy("org.stfbatch.net..")
          .layer("storage")
          .definedBy("org.stfbatch.storage..")
          .layer("shard")
          .definedBy("org.stfbatch.shard..")
          .layer("hub")
          .definedBy("org.stfbatch.hub..")
          .layer("demo")
          .definedBy("org.stfbatch.demo..")
          .layer("vocabulary")
          .definedBy("org.stfbatch.vocabulary..")
          .layer("db")
          .definedBy("org.stfbatch.db..")
          .layer("kafka")
          .definedBy("org.stfbatch.kafka..")
          .layer("server")
          .definedBy("org.stfbatch.server..")
          .layer("file")
          .definedBy("org.stfbatch.file..")
          .whereLayer("file")
          .mayNotAccessAnyLayer()
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("demo")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("hub")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("net")
          .mayOnlyBeAccessedByLayers("cli", "image", "hub", "storage")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("cli", "bench", "job", "image", "shard")
          .whereLayer("shard")
          .mayOnlyBeAccessedByLayers("cli", "job", "image")
          .whereLayer("vocabulary")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("bench")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("comparison")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("job")
          .mayOnlyBeAccessedByLayers("cli", "bench")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("cli", "bench")
          .whereLayer("evaluation")
          .mayOnlyBeAccessedByLayers("cli", "job")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("cli", "bench", "job", "comparison")
          .whereLayer("training")
          .mayOnlyBeAccessedByLayers("cli", "job")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("cli", "bench", "engine", "training", "comparison")
          .whereLayer("compression")
          .mayNotAccessAnyLayer()
          .whereLayer("compression")
          .mayOnlyBeAccessedByLayers("cli", "bench", "engine", "training", "model", "comparison")
          .whereLayer("prompt")
          .mayOnlyBeAccessedByLayers(
              "cli", "bench", "job", "engine", "training", "evaluation", "vocabulary", "comparison")
          .whereLayer("image")
          .mayOnlyBeAccessedByLayers("cli", "bench", "job", "report", "engine", "training")
          .whereLayer("db")
          .mayOnlyBeAccessedByLayers("cli", "bench", "job", "report")
          .whereLayer("kafka")
          .mayOnlyBeAccessedByLayers("cli", "bench", "job")
          .whereLayer("server")
          .mayNotAccessAnyLayer()
          .whereLayer("server")
          .mayOnlyBeAccessedByLayers("cli", "bench", "db", "kafka")
          .withOptionalLayers(true);

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("org.stfbatch.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commandGroupsDoNotDependOnEachOther =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("root")
          .definedBy("org.stfbatch.cli")
          .layer("run")
          .definedBy("org.stfbatch.cli.run")
          .layer("kafka")
          .definedBy("org.stfbatch.cli.kafka")
          .layer("bench")
          .definedBy("org.stfbatch.cli.bench")
          .layer("train")
          .definedBy("org.stfbatch.cli.train")
          .layer("model")
          .definedBy("org.stfbatch.cli.model")
          .layer("demo")
          .definedBy("org.stfbatch.cli.demo")
          .layer("benchmark")
          .definedBy("org.stfbatch.cli.benchmark")
          .layer("live")
          .definedBy("org.stfbatch.cli.live")
          .layer("option")
          .definedBy("org.stfbatch.cli.option")
          .layer("service")
          .definedBy("org.stfbatch.cli.service")
          .layer("console")
          .definedBy("org.stfbatch.cli.console")
          .whereLayer("root")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("run")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("kafka")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("bench")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("train")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("demo")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("benchmark")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("live")
          .mayOnlyBeAccessedByLayers("root", "run", "benchmark");

  @ArchTest
  static final ArchRule commandGroupsAreFreeOfCycles =
      slices().matching("org.stfbatch.cli.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheModelUsesTensors =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.stfbatch.model..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(DJL_TENSORS);

  @ArchTest
  static final ArchRule checkpointFilesAreReadWithoutDjl =
      noClasses()
          .that()
          .resideInAPackage("org.stfbatch.model.checkpoint..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule coreDependsOnNeitherFrameworksNorStorage =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.stfbatch.compression..",
              "org.stfbatch.model..",
              "org.stfbatch.engine..",
              "org.stfbatch.training..",
              "org.stfbatch.evaluation..",
              "org.stfbatch.image..",
              "org.stfbatch.prompt..",
              "org.stfbatch.storage..",
              "org.stfbatch.shard..",
              "org.stfbatch.hub..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPRING, JDBC, KAFKA, "org.stfbatch.db..", "org.stfbatch.kafka..");

  @ArchTest
  static final ArchRule reportsDependOnNoFrameworks =
      noClasses()
          .that()
          .resideInAPackage("org.stfbatch.report..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPRING, KAFKA, "ai.djl..");

  @ArchTest
  static final ArchRule onlyIngestAndExportUseParquet =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.stfbatch.job.ingest..", "org.stfbatch.job.export..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.parquet..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule onlyTheStorageUsesTheSdkOfAws =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.stfbatch.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  @ArchTest
  static final ArchRule onlyTheCommandLineParsesOptions =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.stfbatch.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");
}
