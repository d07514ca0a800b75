package org.stfbatch.cli;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stfbatch.cli.bench.BenchCommand;
import org.stfbatch.cli.benchmark.BenchmarkDataCommand;
import org.stfbatch.cli.benchmark.EvaluateCommand;
import org.stfbatch.cli.benchmark.ScoreCommand;
import org.stfbatch.cli.demo.DemoDataCommand;
import org.stfbatch.cli.demo.DemoScoreCommand;
import org.stfbatch.cli.demo.DemoTokenizerCommand;
import org.stfbatch.cli.help.CompletionCommand;
import org.stfbatch.cli.help.HelpCommand;
import org.stfbatch.cli.kafka.KafkaCommand;
import org.stfbatch.cli.model.ModelCommand;
import org.stfbatch.cli.run.ExportCommand;
import org.stfbatch.cli.run.InferCommand;
import org.stfbatch.cli.run.IngestCommand;
import org.stfbatch.cli.run.IntakeCommand;
import org.stfbatch.cli.run.ListenCommand;
import org.stfbatch.cli.run.PublishCommand;
import org.stfbatch.cli.run.ReportCommand;
import org.stfbatch.cli.run.RetryCommand;
import org.stfbatch.cli.run.RunCommand;
import org.stfbatch.cli.run.RunsCommand;
import org.stfbatch.cli.run.StatusCommand;
import org.stfbatch.cli.run.WatchCommand;
import org.stfbatch.cli.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The commands below the root. A command line registers those that it names: reading the options of
 * all of them takes half of the time of a short command.
 */
final class Commands {
  private static final List<Class<?>> ALL =
      List.of(
          IngestCommand.class,
          InferCommand.class,
          StatusCommand.class,
          RetryCommand.class,
          RunsCommand.class,
          RunCommand.class,
          WatchCommand.class,
          ExportCommand.class,
          ReportCommand.class,
          EvaluateCommand.class,
          ScoreCommand.class,
          BenchmarkDataCommand.class,
          IntakeCommand.class,
          PublishCommand.class,
          ListenCommand.class,
          KafkaCommand.class,
          ModelCommand.class,
          TrainCommand.class,
          DbCommand.class,
          DemoDataCommand.class,
          DemoScoreCommand.class,
          DemoTokenizerCommand.class,
          BenchCommand.class,
          CompletionCommand.class,
          HelpCommand.class);

  /** Commands that describe all others. */
  private static final Set<Class<?>> OF_ALL = Set.of(CompletionCommand.class, HelpCommand.class);

  private static final Set<String> HELP = Set.of("-h", "--help");

  private Commands() {}

  /** Adds all commands to the root. */
  static void addAll(CommandLine root) {
    add(root, ALL);
  }

  /**
   * Adds the commands that may be meant: those whose names are among the arguments, or all, if
   * there is none, if the help of the root is wanted or of a command that describes the others, or
   * if arguments come from a file.
   */
  static void addMeant(CommandLine root, String[] arguments) {
    Map<String, Class<?>> named = new LinkedHashMap<>();
    ALL.forEach(command -> named.put(command.getAnnotation(Command.class).name(), command));
    Set<Class<?>> meant = new LinkedHashSet<>();
    boolean unclear = false;
    for (String argument : arguments) {
      unclear |= argument.startsWith("@") || meant.isEmpty() && HELP.contains(argument);
      if (named.containsKey(argument)) {
        meant.add(named.get(argument));
      }
    }
    boolean all = unclear || meant.isEmpty() || meant.stream().anyMatch(OF_ALL::contains);
    add(root, all ? ALL : meant);
  }

  private static void add(CommandLine root, Iterable<Class<?>> commands) {
    commands.forEach(root::addSubcommand);
  }
}
