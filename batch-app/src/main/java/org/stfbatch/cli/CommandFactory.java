package org.stfbatch.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Gives commands the global options and the shutdown through their constructors. */
final class CommandFactory implements IFactory {
  private final StfBatchCommand root;
  private final Shutdown shutdown;

  CommandFactory(StfBatchCommand root, Shutdown shutdown) {
    this.root = root;
    this.shutdown = shutdown;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == InferCommand.class) {
      return type.cast(new InferCommand(root.stores(), root.brokers(), shutdown));
    } else if (type == IngestCommand.class) {
      return type.cast(new IngestCommand(root.stores(), shutdown));
    } else if (type == IntakeCommand.class) {
      return type.cast(new IntakeCommand(root.stores(), root.brokers(), shutdown));
    } else if (type == ListenCommand.class) {
      return type.cast(new ListenCommand(root.stores(), root.brokers(), shutdown));
    } else if (type == PublishCommand.class) {
      return type.cast(new PublishCommand(root.stores(), root.brokers(), shutdown));
    } else if (type == KafkaCommand.class) {
      return type.cast(new KafkaCommand(root.brokers()));
    } else if (type == KafkaStatusCommand.class) {
      return type.cast(new KafkaStatusCommand(root.stores(), root.brokers(), shutdown));
    } else if (type == KafkaProduceCommand.class) {
      return type.cast(new KafkaProduceCommand(root.brokers()));
    } else if (type == KafkaTailCommand.class) {
      return type.cast(new KafkaTailCommand(root.brokers(), shutdown));
    } else if (type == TrainTowerCommand.class) {
      return type.cast(new TrainTowerCommand(root.stores(), shutdown));
    } else if (type == TrainLanguageCommand.class) {
      return type.cast(new TrainLanguageCommand(root.stores(), shutdown));
    } else if (type == TrainPretrainCommand.class) {
      return type.cast(new TrainPretrainCommand(root.stores(), shutdown));
    } else if (type == TrainFinetuneCommand.class) {
      return type.cast(new TrainFinetuneCommand(root.stores(), shutdown));
    } else if (type == StatusCommand.class) {
      return type.cast(new StatusCommand(root.stores()));
    } else if (type == WatchCommand.class) {
      return type.cast(new WatchCommand(root.stores(), shutdown));
    } else if (type == ReportCommand.class) {
      return type.cast(new ReportCommand(root.stores()));
    } else if (type == ExportCommand.class) {
      return type.cast(new ExportCommand(root.stores()));
    } else if (type == EvaluateCommand.class) {
      return type.cast(new EvaluateCommand(root.stores(), shutdown));
    } else if (type == DbCommand.class) {
      return type.cast(new DbCommand(root.stores()));
    } else if (type == BenchJobCommand.class) {
      return type.cast(new BenchJobCommand(root.stores()));
    } else if (type == BenchKafkaCommand.class) {
      return type.cast(new BenchKafkaCommand(root.stores()));
    } else if (type == BenchRunnerCommand.class) {
      return type.cast(new BenchRunnerCommand(root.stores()));
    }
    return CommandLine.defaultFactory().create(type);
  }
}
