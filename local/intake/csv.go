package intake

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// missing are the cells of a CSV file that mean that there is no value. SAS writes a dot, R writes NA, and pandas may write NaN.
var missing = []string{"", "NA", "NaN", "NULL", "."}

var (
	number       = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`) // of JSON
	decimalComma = regexp.MustCompile(`^-?[0-9]+,[0-9]+$`)
)

// kind is the type of a column: that of all its cells.
type kind struct {
	numbers, booleans, texts int // cells
	firstNumber, firstText   int // lines
	firstComma, missing      int
}

// csvSource is a CSV file that is read twice: for the types of its columns, and for its rows.
type csvSource struct {
	file      *File
	separator rune
	roles     roles
	kinds     []kind
	faults    *faults
}

// convertCSV writes a CSV file as JSON Lines.
func (f *File) convertCSV(ctx context.Context, t Table, out *lineWriter) error {
	start, err := f.start(sniffed)
	if err != nil {
		return err
	}
	s := &csvSource{file: f, separator: separator(start), faults: newFaults(f.Name, "line")}
	seen := map[string]int{}
	err = s.rows(ctx, func(line int, cells []string) error {
		if s.kinds == nil {
			return s.header(t, cells)
		}
		s.check(line, cells, seen)
		return nil
	})
	if err == nil && s.kinds == nil {
		return fmt.Errorf("%s: the file is empty: write a header and a row for each subject", f.Name)
	}
	s.checkKinds()
	if err := errors.Join(err, s.faults.err()); err != nil {
		return err
	}
	header := true
	return s.rows(ctx, func(line int, cells []string) error {
		if header {
			header = false
			return nil
		}
		return out.row(line, strings.TrimSpace(cells[s.roles.subject]), s.site(cells), s.values(cells))
	})
}

// separator returns the separator that the header has most, outside quotes: a comma, a semicolon or a tab.
func separator(start []byte) rune {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	best, most, quoted := ',', 0, false
	counts := map[rune]int{}
	for _, r := range string(header) {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && strings.ContainsRune(",;\t", r) {
			if counts[r]++; counts[r] > most {
				best, most = r, counts[r]
			}
		}
	}
	return best
}

// rows hands the header and each row that is not empty to a function.
func (s *csvSource) rows(ctx context.Context, row func(line int, cells []string) error) error {
	if _, err := s.file.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text := bufio.NewReaderSize(&cancelled{ctx, s.file.file}, 64<<10)
	if start, err := text.Peek(len(byteOrderMark)); err == nil && bytes.Equal(start, byteOrderMark) {
		text.Discard(len(byteOrderMark)) //nolint:errcheck // It was peeked.
	}
	reader := csv.NewReader(text)
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = s.separator, -1, true
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			return fmt.Errorf("%s:%d: column %d: %w: double the quotes inside a quoted cell, and close every quote", s.file.Name, parse.Line, parse.Column, parse.Err)
		}
		if err != nil {
			return err
		}
		line, _ := reader.FieldPos(0)
		if err := row(line, cells); err != nil {
			return err
		}
	}
}

// header reads the names of the columns.
func (s *csvSource) header(t Table, cells []string) error {
	if err := validText([]byte(strings.Join(cells, "")), 1); err != nil {
		return fmt.Errorf("%s: %w", s.file.Name, err)
	}
	if first := cells[0]; number.MatchString(first) || len(cells) == 1 && t.SubjectColumn == "" && strings.Contains(first, " ") {
		return fmt.Errorf("%s: the first line is no header with names of columns (the separator is a comma, a semicolon or a tab): %s", s.file.Name, saveAsCSV)
	}
	names := slices.Clone(cells)
	r, notes, faults := t.assign(names)
	if len(faults) > 0 {
		return fmt.Errorf("%s:1: %s", s.file.Name, strings.Join(faults, "; "))
	}
	s.roles, s.kinds = r, make([]kind, len(names))
	s.file.Notes = append(s.file.Notes, notes...)
	return nil
}

// check checks a row and counts what its cells are.
func (s *csvSource) check(line int, cells []string, seen map[string]int) {
	if len(cells) != len(s.kinds) {
		s.faults.add(line, fmt.Sprintf("the row must have a cell for each of the %d columns: quote a cell that has the separator in it", len(s.kinds)))
		return
	}
	id := strings.TrimSpace(cells[s.roles.subject])
	if fault := checkSubject(id, s.roles.names[s.roles.subject]); fault != "" {
		s.faults.add(line, fault)
	} else if first, twice := seen[id]; twice {
		s.faults.add(line, fmt.Sprintf("subject %q is already on line %d: a cohort has one row for each subject", id, first))
	} else {
		seen[id] = line
	}
	for _, column := range s.roles.features {
		if err := validText([]byte(cells[column]), line); err != nil {
			s.faults.add(line, fmt.Sprintf("column %s is not UTF-8 text: save the file as UTF-8", s.roles.names[column]))
		}
		s.kinds[column].count(line, strings.TrimSpace(cells[column]))
	}
}

// count counts a cell.
func (k *kind) count(line int, cell string) {
	switch {
	case slices.Contains(missing, cell):
		k.missing++
	case number.MatchString(cell):
		if k.numbers++; k.firstNumber == 0 {
			k.firstNumber = line
		}
	case strings.EqualFold(cell, "true"), strings.EqualFold(cell, "false"):
		k.booleans++
	default:
		k.texts++
		if k.firstText == 0 {
			k.firstText = line
		}
		if k.firstComma == 0 && decimalComma.MatchString(cell) {
			k.firstComma = line
		}
	}
}

// checkKinds refuses columns of numbers and text. A model would get the numbers as text.
func (s *csvSource) checkKinds() {
	for _, column := range s.roles.features {
		name, k := s.roles.names[column], s.kinds[column]
		switch {
		case k.firstComma > 0 && k.texts+k.numbers > 0:
			s.faults.add(k.firstComma, fmt.Sprintf("column %s has decimal commas: write decimal points", name))
		case k.numbers > 0 && k.texts > 0:
			s.faults.add(k.firstText, fmt.Sprintf("column %s has text here and a number on line %d: write a number, or leave the cell empty", name, k.firstNumber))
		}
	}
}

// site returns the subject's site, "" without one.
func (s *csvSource) site(cells []string) string {
	if s.roles.site < 0 {
		return ""
	}
	return strings.TrimSpace(cells[s.roles.site])
}

// values returns the features of a row.
func (s *csvSource) values(cells []string) []feature {
	features := make([]feature, len(s.roles.features))
	for i, column := range s.roles.features {
		cell, k := strings.TrimSpace(cells[column]), s.kinds[column]
		features[i] = feature{name: s.roles.names[column], value: quote(cell)}
		switch {
		case slices.Contains(missing, cell):
			features[i].value = "null"
		case k.numbers > 0 && k.texts == 0 && k.booleans == 0:
			features[i].value = cell // digit by digit
		case k.booleans > 0 && k.texts == 0 && k.numbers == 0:
			features[i].value = strings.ToLower(cell)
		}
	}
	return features
}
