package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;

/**
 * Reads a table of questions: cells between separators, quoted where they hold one (RFC 4180), in
 * UTF-8. The first row names the columns, as question lines name their fields. Memory: one row.
 */
final class CsvFileReader implements ItemStreamReader<NewImageJob> {
  private final Path file;
  private final char separator;
  private final LineParser questions;
  private RowReader rows;
  private CSVParser parser;
  private Iterator<CSVRecord> records;

  CsvFileReader(Path file, char separator, LineParser questions) {
    this.file = file;
    this.separator = separator;
    this.questions = questions;
  }

  @Override
  public void open(ExecutionContext context) {
    try {
      rows =
          new RowReader(
              new InputStreamReader(
                  Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()),
              QuestionFileReader.MAX_LINE_BYTES);
      parser =
          CSVParser.builder()
              .setReader(rows)
              .setFormat(
                  CSVFormat.RFC4180
                      .builder()
                      .setDelimiter(separator)
                      .setHeader()
                      .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
                      .setSkipHeaderRecord(true)
                      .setIgnoreEmptyLines(true)
                      .get())
              .get();
      records = parser.iterator();
    } catch (MalformedInputException e) {
      throw unreadable(1, e);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new InputException(
          "the first row of %s names no columns (%s): it must name question_id and text"
              .formatted(file, e.getMessage()),
          e);
    }
    requireColumns(parser.getHeaderNames());
  }

  private void requireColumns(List<String> columns) {
    if (!columns.contains("question_id") || !columns.contains("text")) {
      throw new InputException(
          "the first row of %s names the columns %s: it must name question_id and text, separated by %s"
              .formatted(file, columns, separator == '\t' ? "tabs" : "commas"));
    }
  }

  @Override
  public NewImageJob read() {
    long number = parser.getCurrentLineNumber() + 1;
    try {
      rows.nextRow();
      return records.hasNext() ? questions.parse(line(number, records.next())) : null;
    } catch (UncheckedIOException e) {
      throw unreadable(number, e.getCause());
    }
  }

  private Line line(long number, CSVRecord cells) {
    QuestionCells question = new QuestionCells();
    for (String column : parser.getHeaderNames()) {
      if (cells.isSet(column)) {
        question.add(column, cells.get(column));
      }
    }
    return question.line(number);
  }

  private InputException unreadable(long number, Exception e) {
    String why =
        e instanceof MalformedInputException
            ? "is not UTF-8: save it as UTF-8"
            : "cannot be read (" + e.getMessage() + "): correct it";
    return new InputException(
        "%s %s, at line %d or after; what came before is stored, ingest it again"
            .formatted(file, why, number),
        e);
  }

  @Override
  public void close() {
    if (parser != null) {
      try {
        parser.close();
      } catch (IOException e) {
        throw new ItemStreamException("cannot close " + file, e);
      }
    }
  }
}
