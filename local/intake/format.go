package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// fileFormat is how a file holds its data. The content of the file tells it, never the name.
type fileFormat int

const (
	jsonLines fileFormat = iota
	csvTable
	parquetTable
)

// words names the format.
func (f fileFormat) words() string { return [...]string{"JSON Lines", "CSV", "Parquet"}[f] }

// sniffed is the size of the start of a file that tells its format, in bytes.
const sniffed = 64 << 10

const (
	saveAsCSV    = "save it as CSV in UTF-8, with a header and a row for each subject"
	asTables     = "a cohort has a row for each subject and a column for each feature: prepare one from the trial's tables first"
	utf16Answer  = "the file is UTF-16: save it as UTF-8"
	binaryAnswer = "the file is binary, in a format that this command does not know: " + saveAsCSV
)

// refused are the starts of files in formats that are not accepted, with what the file is and the remedy.
var refused = []struct{ start, answer string }{
	{"\xff\xfe", utf16Answer},
	{"\xfe\xff", utf16Answer},
	{"PK\x03\x04", "the file is an Excel workbook (XLSX) or another ZIP archive: " + saveAsCSV},
	{"\xd0\xcf\x11\xe0", "the file is an old Excel workbook (XLS): " + saveAsCSV},
	{"HEADER RECORD*******LIBRARY HEADER RECORD", "the file is a SAS transport file (XPORT): " + asTables},
	{strings.Repeat("\x00", 12) + "\xc2\xea\x81\x60", "the file is a SAS data set (SAS7BDAT): export it as CSV (PROC EXPORT, DBMS=CSV), with a row for each subject"},
	{"$FL", "the file is an SPSS data file (SAV): " + saveAsCSV},
	{"<stata_dta>", "the file is a Stata data file (DTA): " + saveAsCSV},
	{"Obj\x01", "the file is Avro: write Parquet or CSV"},
	{"ORC", "the file is ORC: write Parquet or CSV"},
	{"ARROW1", "the file is Arrow (Feather): write Parquet or CSV"},
	{"BZh", "the file is compressed with bzip2: decompress it, or use gzip"},
	{"\xfd7zXZ", "the file is compressed with xz: decompress it, or use gzip"},
	{"7z\xbc\xaf", "the file is a 7-Zip archive: extract the file, or use gzip"},
	{"%PDF", "the file is a PDF: " + saveAsCSV},
}

// sniff tells the format of a file by its start, or returns an error with the remedy if it is not accepted. The whole file is at most
// start if complete.
func sniff(start []byte, complete bool) (fileFormat, error) {
	for _, r := range refused {
		if bytes.HasPrefix(start, []byte(r.start)) {
			return 0, errors.New(r.answer)
		}
	}
	if bytes.HasPrefix(start, []byte("PAR1")) {
		return parquetTable, nil
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return 0, errors.New(withZeros(start))
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(start, byteOrderMark), " \t\r\n")
	switch {
	case len(text) == 0:
		return jsonLines, nil
	case text[0] == '<':
		return 0, errors.New("the file is XML or HTML: " + saveAsCSV)
	case text[0] == '[':
		return 0, errors.New("the file is a JSON array: write one object on each line, such as with jq -c '.[]' FILE > FILE.jsonl")
	case text[0] == '{':
		return jsonLines, checkObject(text, complete)
	}
	return csvTable, nil
}

// withZeros says what a file with zero bytes is. UTF-16 without a mark has a zero in every second byte of plain text.
func withZeros(start []byte) string {
	head := start[:min(len(start), 64)]
	if zeros := bytes.Count(head, []byte{0}); len(head) >= 4 && zeros*5 >= len(head)*2 && zeros*5 <= len(head)*3 {
		return utf16Answer
	}
	return binaryAnswer
}

// checkObject refuses an object that spans lines. JSON Lines has each object on one.
func checkObject(text []byte, complete bool) error {
	var names map[string]json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&names)
	if bytes.Contains(text[:min(len(text), 4096)], []byte(`"datasetJSONVersion"`)) {
		return errors.New("the file is Dataset-JSON: " + asTables)
	}
	if first, _, found := bytes.Cut(text, []byte("\n")); found && err == nil && int(decoder.InputOffset()) > len(first) {
		return errors.New("the file has an object over several lines: write each object on one line, such as with jq -c . FILE > FILE.jsonl")
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if cut := errors.Is(err, io.ErrUnexpectedEOF); cut && !complete && string(bytes.TrimSpace(first)) == "{" {
		return errors.New("the file is one large JSON document: write one object on each line, like " + strings.TrimPrefix(cohortExample, "like "))
	}
	return nil
}

// validText returns an error if text is not UTF-8. The text may end within a character.
func validText(text []byte, line int) error {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("line %d is not UTF-8 text: save the file as UTF-8 (a file from Excel may be Windows-1252)", line)
		}
		text = text[size:]
	}
	return nil
}

// isTable tells whether a text looks like a header of CSV, rather than like a broken line of JSON.
func isTable(start []byte) bool {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	return bytes.ContainsAny(header, ",;\t") && !bytes.ContainsAny(header, "{}[]")
}
