package org.stfbatch.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.evaluation.BenchmarkException;
import org.stfbatch.file.OutputException;
import org.stfbatch.hub.HubException;
import org.stfbatch.job.InputException;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.StoppedException;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.prompt.TokenizerException;
import org.stfbatch.secret.Secrets;
import org.stfbatch.storage.StorageException;
import org.stfbatch.training.TrainingDataException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Prints an error in one line and maps it to the exit code. */
final class ErrorReport implements IExecutionExceptionHandler {
  private final StfBatchCommand root;

  ErrorReport(StfBatchCommand root) {
    this.root = root;
  }

  @Override
  public int handleExecutionException(
      Exception error, CommandLine commandLine, ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    Secrets secrets = root.secrets(parsed.originalArgs());
    String message = secrets.hide(message(error));
    if (root.log().isLog()) {
      root.log().error(message);
    } else {
      err.println("stf-batch: " + message);
    }
    if (root.isVerbose()) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      err.print(secrets.hide(trace.toString()));
    }
    err.flush();
    return isInput(error) ? ExitCode.UNUSABLE : ExitCode.FAILED;
  }

  private static boolean isInput(Throwable error) {
    return error instanceof InputException
        || error instanceof OutputException
        || error instanceof BenchmarkException
        || error instanceof DatabaseException
        || error instanceof BrokerException && !(error instanceof StoppedException)
        || error instanceof CheckpointException
        || error instanceof TokenizerException
        || error instanceof HubException hub && !hub.isTemporary()
        || error instanceof StorageException storage && !storage.isTransient()
        || error instanceof TrainingDataException
        || error instanceof IllegalArgumentException;
  }

  private static String message(Throwable error) {
    String message = error.getMessage();
    if (message == null || message.isBlank()) {
      return error.getClass().getSimpleName() + " (--verbose shows where)";
    }
    return message.lines().findFirst().orElse(message);
  }
}
