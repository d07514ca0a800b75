package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.base.IoReason;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;

/**
 * Item reader of a CSV or TSV question file (RFC 4180 quoting, UTF-8). The first row names the
 * columns, with the field names of question lines. Memory: one row.
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
      InputStream in = QuestionFileHead.open(file);
      rows =
          new RowReader(
              new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()),
              QuestionFileReader.MAX_LINE_BYTES);
      QuestionFileHead.of(file, in).requireTable();
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
    } catch (CharacterCodingException e) {
      throw notUtf8(1, e);
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + IoReason.withoutFile(e), e);
    } catch (UncheckedIOException | IllegalArgumentException e) {
      throw new InputException(
          "the first row of %s names no columns (%s): it must name question_id and text"
              .formatted(file, CsvDefect.of(e)),
          e);
    }
    requireColumns(parser.getHeaderNames());
  }

  private void requireColumns(List<String> columns) {
    if (!columns.contains("question_id") || !columns.contains("text")) {
      throw new InputException(
          "the first row of %s names the columns %s: it must name question_id and text, separated by %s%s"
              .formatted(
                  file,
                  Shortened.given(columns.toString()),
                  separator == '	' ? "tabs" : "commas",
                  separator != '	' && columns.toString().contains("	")
                      ? "; its tabs are those of --format tsv"
                      : ""));
    }
    QuestionCells.requireNoSettingIn(file, columns);
  }

  @Override
  public NewImageJob read() {
    long number = parser.getCurrentLineNumber() + 1;
    try {
      rows.nextRow();
      return records.hasNext() ? job(number, records.next()) : null;
    } catch (UncheckedIOException e) {
      return unusableRow(number, e);
    }
  }

  private NewImageJob job(long number, CSVRecord cells) {
    Line line = line(number, cells);
    int columns = parser.getHeaderNames().size();
    boolean tooLong = cells.stream().skip(columns).anyMatch(cell -> !cell.isEmpty());
    return tooLong
        ? questions.unusable(
            line,
            "it has %d cells, and the first row %d: a text that holds separators must be in quotation marks"
                .formatted(cells.size(), columns))
        : questions.parse(line);
  }

  /** Rejects a row with a misplaced quotation mark and skips the rest of its line. */
  private NewImageJob unusableRow(long number, UncheckedIOException defect) {
    if (defect.getCause() instanceof CharacterCodingException encoding) {
      throw notUtf8(number, encoding);
    }
    if (!(defect.getCause() instanceof CSVException)) {
      throw unreadable(number, defect);
    }
    requireOneLine(number, defect);
    skipRow(number, defect);
    requireOneLine(number, defect);
    byte[] place = ("row " + number).getBytes(StandardCharsets.UTF_8);
    return questions.unusable(new Line(number, place, false), CsvDefect.of(defect));
  }

  /** Fails if the defective row spans several lines, because the end of the row is then unknown. */
  private void requireOneLine(long number, UncheckedIOException defect) {
    if (parser.getCurrentLineNumber() > number) {
      throw unreadable(number, defect);
    }
  }

  private void skipRow(long number, UncheckedIOException defect) {
    while (true) {
      try {
        if (records.hasNext()) {
          records.next();
        }
        return;
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof CSVException)) {
          throw unreadable(number, defect);
        }
      }
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

  private InputException notUtf8(long number, Exception e) {
    return new InputException(
        "%s is not UTF-8: save it as UTF-8, at line %d or after".formatted(file, number), e);
  }

  private InputException unreadable(long number, UncheckedIOException e) {
    return new InputException(
        "%s cannot be read (%s): correct it, at line %d or after"
            .formatted(file, CsvDefect.of(e), number),
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
