package intake

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// feature is a feature of a subject, with its value in JSON.
type feature struct{ name, value string }

// convert replaces a table by a temporary file with the cohort as JSON Lines. The lines keep the numbers that they have in the table.
func (f *File) convert(ctx context.Context, t Table) error {
	start, err := f.start(sniffed)
	if err != nil {
		return err
	}
	what, err := sniff(start, len(start) < sniffed)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	f.Format = what.words()
	if f.packed != "" {
		f.Format += ", " + f.packed
	}
	if what == jsonLines {
		if t.SubjectColumn != "" {
			return fmt.Errorf("%s: --subject-column is for CSV and Parquet, and the file is JSON Lines: omit it; the id is the member %q of each line", f.Name, "subject")
		}
		return nil
	}
	lines, err := temporary()
	if err != nil {
		return err
	}
	out := &lineWriter{to: bufio.NewWriterSize(lines, 64<<10)}
	if what == csvTable {
		err = f.convertCSV(ctx, t, out)
	} else {
		err = f.convertParquet(ctx, t, out)
	}
	if err == nil {
		err = out.to.Flush()
	}
	if err != nil {
		return errors.Join(err, lines.Close(), os.Remove(lines.Name()))
	}
	return f.replace(lines)
}

// lineWriter writes a cohort as JSON Lines.
type lineWriter struct {
	to   *bufio.Writer
	line int // the last line that was written
}

// row writes a subject on the line. Empty lines fill the gap: they are no subjects.
func (w *lineWriter) row(line int, subject, site string, features []feature) error {
	for w.line++; w.line < line; w.line++ {
		if err := w.to.WriteByte('\n'); err != nil {
			return err
		}
	}
	var text strings.Builder
	text.WriteString(`{"subject":` + quote(subject))
	if site != "" {
		text.WriteString(`,"site":` + quote(site))
	}
	text.WriteString(`,"features":{`)
	for i, f := range features {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(quote(f.name) + ":" + f.value)
	}
	text.WriteString("}}\n")
	_, err := w.to.WriteString(text.String())
	return err
}

// quote returns a text as JSON.
func quote(text string) string {
	quoted, _ := json.Marshal(text) // A string cannot fail.
	return string(quoted)
}
