package intake

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// read returns the lines of a cohort, and its notes.
func read(t *testing.T, content string, table Table) (text string, f *File) {
	t.Helper()
	f, err := OpenCohort(t.Context(), write(t, "cohort.dat", content), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.WriteLines(&out); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), f
}

const (
	asCSV   = "USUBJID,SITEID,sex,age,weight_change_pct,serious\n01-701,701,female,71,-1.50,true\n01-702,702,,NA,.,FALSE\n"
	asLines = `{"subject":"01-701","site":"701","features":{"age":71,"serious":true,"sex":"female","weight_change_pct":-1.50}}` + "\n" +
		`{"subject":"01-702","site":"702","features":{"age":null,"serious":false,"sex":null,"weight_change_pct":null}}` + "\n"
)

func compressed(t *testing.T, text, with string) string {
	t.Helper()
	var out bytes.Buffer
	if with == "gzip" {
		w := gzip.NewWriter(&out)
		if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

// Requirements: SRC-12
func TestTables(t *testing.T) {
	for _, c := range []struct{ reason, content, want, format string }{
		{"commas", asCSV, asLines, "CSV"},
		{"a byte order mark and Windows line ends, from Excel", "\ufeff" + strings.ReplaceAll(asCSV, "\n", "\r\n"), asLines, "CSV"},
		{"semicolons", strings.ReplaceAll(asCSV, ",", ";"), asLines, "CSV"},
		{"tabs", strings.ReplaceAll(asCSV, ",", "\t"), asLines, "CSV"},
		{"gzip", compressed(t, asCSV, "gzip"), asLines, "CSV, gzip"},
		{"zstd", compressed(t, asCSV, "zstd"), asLines, "CSV, zstd"},
		{"JSON Lines in gzip", compressed(t, asLines, "gzip"), asLines, "JSON Lines, gzip"},
		{"codes with a leading zero are text", "subject,code\nA,007\nB,012\n", `{"subject":"A","features":{"code":"007"}}` + "\n" + `{"subject":"B","features":{"code":"012"}}` + "\n", "CSV"},
		{"numbers keep their digits", "subject,x\nA,1.10\nB,-2e-3\n", `{"subject":"A","features":{"x":1.10}}` + "\n" + `{"subject":"B","features":{"x":-2e-3}}` + "\n", "CSV"},
		{"quoted cells with a separator, a quote and a line end", "subject,x\nA,\"a,\"\"b\"\"\nc\"\n", `{"subject":"A","features":{"x":"a,\"b\"\nc"}}` + "\n", "CSV"},
	} {
		text, f := read(t, c.content, Table{})
		if text != c.want || f.Format != c.format {
			t.Errorf("%s: %s\n%s\nwant %s\n%s", c.reason, f.Format, text, c.format, c.want)
		}
	}
}

// Requirements: SRC-12
func TestSubjectColumn(t *testing.T) {
	text, f := read(t, "PATIENT,subject,age\nP1,S1,3\n", Table{SubjectColumn: "PATIENT"})
	if want := `{"subject":"P1","features":{"age":3,"subject":"S1"}}` + "\n"; text != want || len(f.Notes) != 0 {
		t.Errorf("got %s with notes %q, want %s", text, f.Notes, want)
	}
	_, f = read(t, "age,usubjid,SUBJID,ARM\n3,S1,1,placebo\n", Table{})
	for _, want := range []string{"the subjects are in the column usubjid; --subject-column names another", "the column ARM seems to name the treatment arm: remove it if the trial is blinded"} {
		if !strings.Contains(strings.Join(f.Notes, "\n"), want) {
			t.Errorf("notes %q, want %q", f.Notes, want)
		}
	}
}

// A message about a table names its lines, and no value other than an id.
//
// Requirements: SRC-12, SRC-23
func TestFaultsOfTables(t *testing.T) {
	many := "subject,x\n" + strings.Repeat("A B,1\n", 30)
	for _, c := range []struct{ reason, content, column, want string }{
		{"one answer for equal faults", many, "", ":2: subject must have 1 to 64 letters"},
		{"the lines of equal faults", many, "", "(also lines 3, 4, 5, 6 and 25 more)"},
		{"ragged rows", "subject,x\nA,1\nB\nC,1,2\n", "", ":3: the row must have a cell for each of the 2 columns: quote a cell that has the separator in it (also line 4)"},
		{"a column twice", "subject,x,x\nA,1,2\n", "", `columns 2 and 3 have the same name "x": rename one`},
		{"a column without a name", "subject,,x\nA,1,2\n", "", "column 2 has no name"},
		{"a subject twice", "subject,x\nA,1\nA,2\n", "", `:3: subject "A" is already on line 2: a cohort has one row for each subject`},
		{"no id", "subject,x\n,1\n", "", "subject is empty: give the subject's pseudonymous id"},
		{"no column with subjects", "patient,x\nA,1\n", "", "no column has the ids of the subjects (subject, USUBJID, subject_id, SUBJID): name it with --subject-column. The header has patient, x"},
		{"an unknown column", asCSV, "PATNO", `the header has no column "PATNO": name one of its columns with --subject-column: USUBJID, SITEID`},
		{"decimal commas", "subject;bmi\nA;21,5\nB;30\n", "", ":2: column bmi has decimal commas: write decimal points"},
		{"numbers and text", "subject,crp\nA,1\nB,secret\n", "", ":3: column crp has text here and a number on line 2: write a number, or leave the cell empty"},
		{"an open quote", "subject,x\nA,\"1\nB,2\n", "", "double the quotes inside a quoted cell, and close every quote"},
		{"Windows-1252", "subject,x\nA,M\xfcller\n", "", ":2: column x is not UTF-8 text: save the file as UTF-8"},
		{"no feature", "subject\nA\n", "", "the table has no column with a feature"},
		{"no header", "1,2\n3,4\n", "", "the first line is no header with names of columns"},
		{"a header only", "subject,x\n", "", "the file is empty"},
		{"a subject column of JSON Lines", asLines, "USUBJID", "--subject-column is for CSV and Parquet"},
	} {
		_, err := OpenCohort(t.Context(), write(t, "a.csv", c.content), nil, Table{SubjectColumn: c.column})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") || strings.Count(err.Error(), "\n") > 1 {
			t.Errorf("%s: error\n%v\nwant %q", c.reason, err, c.want)
		}
	}
}

// In a blinded trial, no column names the arm.
func TestABlindedTableHasNoArm(t *testing.T) {
	for _, column := range []string{"ACTARM", "trt01p"} {
		file := write(t, "a.csv", "subject,age,"+column+"\nA,1,x\n")
		if _, err := OpenCohort(t.Context(), file, nil, Table{Blinded: true}); err == nil || !strings.Contains(err.Error(), "the column "+column+" names the treatment arm, and the trial is blinded: remove it") {
			t.Errorf("%s: %v", column, err)
		}
		f, err := OpenCohort(t.Context(), file, nil, Table{})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A file in another format gets one answer, with the remedy.
//
// Requirements: SRC-12
func TestRefusedFormats(t *testing.T) {
	var damaged = "PAR1" + strings.Repeat("x", 100) + "PAR1"
	for _, c := range []struct{ reason, content, want string }{
		{"XLSX", "PK\x03\x04\x14\x00" + strings.Repeat("\x00{\n", 50), "is an Excel workbook (XLSX) or another ZIP archive: save it as CSV in UTF-8"},
		{"XLS", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"},
		{"SAS7BDAT", strings.Repeat("\x00", 12) + "\xc2\xea\x81\x60\xb3\x14\x11\xcf", "SAS data set (SAS7BDAT): export it as CSV"},
		{"XPORT", "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  ", "SAS transport file (XPORT): a cohort has a row for each subject"},
		{"XPORT is no cohort", "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "prepare one from the trial's tables first"},
		{"a JSON array", "[\n" + strings.Repeat("{\"subject\": \"A\"},\n", 30) + "]", "is a JSON array: write one object on each line, such as with jq -c"},
		{"an object over lines", "{\n \"subject\": \"A\"\n}\n", "an object over several lines: write each object on one line"},
		{"Dataset-JSON", `{"datasetJSONVersion": "1.1.0"}`, "is Dataset-JSON: a cohort has a row"},
		{"XML", "<?xml version=\"1.0\"?>\n<ODM>", "is XML or HTML"},
		{"UTF-16", "\xff\xfes\x00u\x00b\x00", "is UTF-16: save it as UTF-8"},
		{"UTF-16 without a mark", "s\x00u\x00b\x00j\x00e\x00c\x00t\x00,\x00x\x00", "is UTF-16: save it as UTF-8"},
		{"unknown binary", "abc\x00\x01\x02", "is binary, in a format that this command does not know"},
		{"Arrow", "ARROW1\x00\x00", "is Arrow (Feather)"},
		{"bzip2", "BZh91AY", "compressed with bzip2"},
		{"broken gzip", compressed(t, asCSV, "gzip")[:40], "begins as gzip, and cannot be expanded"},
		{"broken zstd", compressed(t, asCSV, "zstd")[:40], "begins as zstd, and cannot be expanded"},
		{"broken Parquet", damaged, "begins as Parquet, and cannot be read"},
	} {
		_, err := OpenCohort(t.Context(), write(t, "a.jsonl", c.content), nil, Table{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error\n%v\nwant one line with %q", c.reason, err, c.want)
		}
	}
}

func TestTableWithoutCohort(t *testing.T) {
	_, err := Open(t.Context(), write(t, "a.jsonl", asCSV), nil)
	if err == nil || !strings.Contains(err.Error(), "the file is CSV, a table of subjects: score it as a cohort, with --cohort ") {
		t.Errorf("error %v", err)
	}
}

// The temporary files of a table hold health data.
//
// Requirements: SRC-23
func TestTablesLeaveNoFiles(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	read(t, compressed(t, asCSV, "gzip"), Table{})
	if _, err := OpenCohort(t.Context(), write(t, "a.csv", "subject,x\nA\n"), nil, Table{}); err == nil {
		t.Error("a ragged row is accepted")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

// Requirements: SRC-12
func TestParquet(t *testing.T) {
	type row struct {
		Subject string   `parquet:"USUBJID"`
		Site    string   `parquet:"SITEID"`
		Sex     *string  `parquet:"sex,optional"`
		Age     *int32   `parquet:"age,optional"`
		Weight  *float64 `parquet:"weight,optional"`
		Day     int32    `parquet:"day,date"`
		Cost    int64    `parquet:"cost,decimal(2:10)"`
		Serious bool     `parquet:"serious"`
	}
	female, age, weight := "female", int32(-71), -1.5
	path := filepath.Join(t.TempDir(), "cohort")
	rows := []row{{"A", "701", &female, &age, &weight, 20000, -105, true}, {Subject: "B", Site: "702"}}
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"subject":"A","site":"701","features":{"age":-71,"cost":-1.05,"day":"2024-10-04","serious":true,"sex":"female","weight":-1.5}}` + "\n" +
		`{"subject":"B","site":"702","features":{"age":null,"cost":0.00,"day":"1970-01-01","serious":false,"sex":null,"weight":null}}` + "\n"
	if text, f := read(t, string(content), Table{}); text != want || f.Format != "Parquet" {
		t.Errorf("%s\n%s\nwant\n%s", f.Format, text, want)
	}
}

// Requirements: SRC-12
func TestFaultsOfParquet(t *testing.T) {
	type row struct {
		Subject string    `parquet:"USUBJID"`
		Visits  []float64 `parquet:"visits"`
	}
	type twice struct {
		Subject string  `parquet:"USUBJID"`
		X       float64 `parquet:"x"`
	}
	file := func(write func(string) error) string {
		path := filepath.Join(t.TempDir(), "cohort")
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		file(func(p string) error { return parquet.WriteFile(p, []row{{"A", []float64{1}}}) }):  "column visits is nested: write one value in each cell",
		file(func(p string) error { return parquet.WriteFile(p, []twice{{"A", 1}, {"A", 2}}) }): `:2: subject "A" is already in row 1`,
		file(func(p string) error { return parquet.WriteFile(p, []twice{{"", 1}, {"", 2}}) }):   ":1: USUBJID is empty: give the subject's pseudonymous id (also row 2)",
	} {
		if _, err := OpenCohort(t.Context(), path, nil, Table{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
