package asl_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"clinical-risk-pipeline/asl"
)

// reads returns a definition that maps over the items of an item reader and passes them on.
func reads(config string) string {
	return one(`{"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": ` + config + `,
		"Parameters": {"Bucket": "b", "Key.$": "$.key"}}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}`)
}

func TestMapReader(t *testing.T) {
	for _, row := range []struct{ why, config, body, output string }{
		{"a JSON array", `{"InputType": "JSON"}`, `[1, {"a": [2]}, 9007199254740993]`, `[1, {"a": [2]}, 9007199254740993]`},
		{"an array inside, by pointer", `{"InputType": "JSON", "ItemsPointer": "/data/1/rows"}`, `{"x": [0], "data": [7, {"skip": {}, "rows": [1, 2]}]}`, `[1, 2]`},
		{"JSON Lines with blank lines and without a final newline", `{"InputType": "JSONL"}`, "{\"a\": 1}\n\n 2 \r\n\"x\"", `[{"a": 1}, 2, "x"]`},
		{"CSV with headers in the first row", `{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}`, "a,b\n1,2\n3\n4,5,6\n", `[{"a": "1", "b": "2"}, {"a": "3", "b": ""}, {"a": "4", "b": "5"}]`},
		{"CSV with given headers", `{"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x"]}`, "1,2\n", `[{"x": "1"}]`},
		{"another delimiter", `{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "PIPE"}`, "a|b\n1,5|2\n", `[{"a": "1,5", "b": "2"}]`},
		{"MaxItems", `{"InputType": "JSONL", "MaxItems": 2}`, "1\n2\nnot JSON, but never read\n", `[1, 2]`},
		{"MaxItemsPath", `{"InputType": "JSON", "MaxItemsPath": "$.max"}`, `[1, 2, 3]`, `[1]`},
		{"MaxItems of 0 means no limit", `{"InputType": "JSON", "MaxItemsPath": "$.zero"}`, `[1, 2, 3]`, `[1, 2, 3]`},
		{"no items", `{"InputType": "JSON"}`, `[]`, `[]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			store := &memory{objects: map[string]string{"b/k": row.body}}
			succeeds(t, execute(t, reads(row.config), `{"key": "k", "max": 1, "zero": 0}`, asl.Options{Objects: store}), row.output)
			if store.open != 0 {
				t.Errorf("%d readers stay open", store.open)
			}
		})
	}
}

func TestMapReaderDecompresses(t *testing.T) {
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	const lines = "1\n2\n"
	store := &memory{objects: map[string]string{
		"b/k.gz": gzipped(t, lines), "b/k.zst": string(encoder.EncodeAll([]byte(lines), nil)),
		"b/k.jsonl.zstd": string(encoder.EncodeAll([]byte(lines), nil)),
		"b/cut.zst":      string(encoder.EncodeAll([]byte(lines), nil))[:9], "b/plain.gz": "not compressed", "b/plain.zst": lines,
	}}
	run := func(key string) *asl.Execution {
		return execute(t, reads(`{"InputType": "JSONL"}`), `{"key": "`+key+`"}`, asl.Options{Objects: store})
	}
	succeeds(t, run("k.gz"), `[1, 2]`)
	succeeds(t, run("k.zst"), `[1, 2]`)
	succeeds(t, run("k.jsonl.zstd"), `[1, 2]`)
	fails(t, run("plain.gz"), asl.ErrItemReader, "gzip: invalid header")
	fails(t, run("plain.zst"), asl.ErrItemReader, "invalid input: magic number mismatch")
	fails(t, run("cut.zst"), asl.ErrItemReader, "unexpected EOF")
	if store.open != 0 {
		t.Errorf("%d readers stay open", store.open)
	}
}

func TestMapReaderReadsAVersion(t *testing.T) {
	const definition = `{"Type": "Map", "End": true, "QueryLanguage": "JSONata", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
		"ReaderConfig": {"InputType": "JSONL"}, "Arguments": {"Bucket": "b", "Key": "k", "VersionId": "{% $states.input.version %}", "ExpectedBucketOwner": "123456789012"}},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}`
	store := &memory{objects: map[string]string{"b/k": "2\n", "b/k?v1": "1\n"}}
	run := func(version string, objects asl.Objects) *asl.Execution {
		return execute(t, one(definition), `{"version": "`+version+`"}`, asl.Options{Objects: objects})
	}
	succeeds(t, run("v1", versioned{store}), `[1]`)
	fails(t, run("v2", versioned{store}), asl.ErrItemReader, "The specified version does not exist: b/k, version v2")
	fails(t, run("v1", store), asl.ErrItemReader, "the ItemReader names a VersionId, and Options.Objects keep no versions")
}

func TestMapReaderReadsParquet(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	type row struct {
		Subject string  `parquet:"subject"`
		Risk    float64 `parquet:"risk"`
	}
	file := func(rows ...row) string {
		var b bytes.Buffer
		w := parquet.NewGenericWriter[row](&b)
		if _, err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	store := &memory{objects: map[string]string{"b/k": file(row{"S-1", 0.5}, row{"S-2", 0.25}), "b/in/1": file(row{"S-3", 1}), "b/in/2": file(row{"S-4", 0}),
		"b/text": "no Parquet", "b/m": "s3://b/k\ns3://b/in/1\n"}}
	run := func(definition, key string) *asl.Execution {
		return execute(t, definition, `{"key": "`+key+`", "version": "v"}`, asl.Options{Objects: store})
	}
	config := `{"InputType": "PARQUET"}`
	succeeds(t, run(reads(config), "k"), `[{"subject": "S-1", "risk": 0.5}, {"subject": "S-2", "risk": 0.25}]`)
	succeeds(t, run(reads(`{"InputType": "PARQUET", "MaxItems": 1}`), "k"), `[{"subject": "S-1", "risk": 0.5}]`)
	succeeds(t, run(lists(`"ReaderConfig": {"InputType": "PARQUET", "Transformation": "LOAD_AND_FLATTEN"},`), ""), `[{"subject": "S-3", "risk": 1}, {"subject": "S-4", "risk": 0}]`)
	succeeds(t, run(reads(`{"InputType": "PARQUET", "ManifestType": "ATHENA_DATA", "MaxItems": 3}`), "m"),
		`[{"subject": "S-1", "risk": 0.5}, {"subject": "S-2", "risk": 0.25}, {"subject": "S-3", "risk": 1}]`)
	if x := run(reads(config), "text"); x.Error != asl.ErrItemReader || !strings.HasPrefix(x.Cause, "the object is not a Parquet file") {
		t.Errorf("no Parquet: %s %s", x.Error, x.Cause)
	}
	fails(t, run(strings.Replace(reads(config), `"Key.$"`, `"VersionId.$": "$.version", "Key.$"`, 1), "k"), asl.ErrItemReader, "VersionId is not supported for Parquet files")
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 || store.open != 0 {
		t.Errorf("%d temporary files and %d readers stay: %v", len(left), store.open, err)
	}
}

func TestMapReaderFailures(t *testing.T) {
	for _, row := range []struct{ why, config, key, cause string }{
		{"no such key", `{"InputType": "JSON"}`, "none", "The specified key does not exist: b/none"},
		{"neither an array nor an object", `{"InputType": "JSON"}`, "text", "Attempting to map over non-iterable node."},
		{"nothing at the pointer", `{"InputType": "JSON", "ItemsPointer": "/x/y"}`, "object", "Attempting to map over non-iterable node."},
		{"a broken line", `{"InputType": "JSONL"}`, "broken", "line 2 is not valid JSON: unexpected character 'b' at offset 0"},
		{"an array that ends too early", `{"InputType": "JSON"}`, "cut", "the object is not valid JSON: unexpected EOF"},
		{"two equal headers", `{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}`, "csv", "CSV headers cannot contain duplicates."},
		{"negative MaxItems", `{"InputType": "JSON", "MaxItemsPath": "$.minus"}`, "object", "field MaxItems must be positive"},
	} {
		t.Run(row.why, func(t *testing.T) {
			store := &memory{objects: map[string]string{"b/object": `{"x": 1}`, "b/text": `"x"`, "b/broken": "1\nbroken\n", "b/cut": `[1, 2`, "b/csv": "a,a\n1,2\n"}}
			x := execute(t, reads(row.config), `{"key": "`+row.key+`", "minus": -1, "half": 1.5}`, asl.Options{Objects: store})
			fails(t, x, asl.ErrItemReader, row.cause)
			if store.open != 0 {
				t.Errorf("%d readers stay open", store.open)
			}
		})
	}
	x := execute(t, reads(`{"InputType": "JSON", "MaxItemsPath": "$.half"}`), `{"key": "k", "half": 1.5}`, asl.Options{})
	fails(t, x, asl.ErrRuntime, `An error occurred while executing the state 'S' (entered at the event id #2). The MaxItemsPath field refers to value "1.5" which is not a valid integer: $.half`)
	if got := strings.Join(types(x), " "); got != "ExecutionStarted MapStateEntered MapStateStarted ExecutionFailed" {
		t.Errorf("a MaxItems that is not an integer: %s", got)
	}
	fails(t, execute(t, reads(`{"InputType": "JSON"}`), `{"key": "k"}`, asl.Options{}), asl.ErrItemReader, "Options.Objects is not set, so there are no objects to read")
}

func TestMapReaderFaults(t *testing.T) {
	for config, want := range map[string]string{
		`{"InputType": "XML"}`: `ItemReader.ReaderConfig.InputType: must be one of CSV, JSON, JSONL, MANIFEST, PARQUET, got "XML"`,
		`{"MaxItems": 1}`:      `ItemReader.ReaderConfig.InputType: is missing`,
		`{"InputType": "CSV"}`: `ItemReader.ReaderConfig.CSVHeaderLocation: is missing`,
		`{"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}`:                            `ItemReader.ReaderConfig.CSVHeaders: must be a list of at least one header, because CSVHeaderLocation is GIVEN`,
		`{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "DOT"}`: `ItemReader.ReaderConfig.CSVDelimiter: must be one of COMMA, PIPE, SEMICOLON, SPACE, TAB, got "DOT"`,
		`{"InputType": "JSON", "MaxItems": -1}`:                                         `ItemReader.ReaderConfig.MaxItems: must be an integer from 0 to 100000000, got -1`,
		`{"InputType": "JSON", "ItemsPointer": "a/b"}`:                                  `ItemReader.ReaderConfig.ItemsPointer: must be a JSON pointer, which starts with /, got "a/b"`,
		`{"InputType": "JSON", "CSVHeaders": ["a"]}`:                                    `ItemReader.ReaderConfig.CSVHeaders: is not a field of a reader configuration for this InputType`,
		`{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVHeaders": ["a"]}`:   `ItemReader.ReaderConfig.CSVHeaders: cannot be combined with "CSVHeaderLocation": "FIRST_ROW"`,
		`{"InputType": "MANIFEST", "ManifestType": "ZIP"}`:                              `ItemReader.ReaderConfig.ManifestType: must be one of S3_INVENTORY, ATHENA_DATA, got "ZIP"`,
	} {
		_, err := asl.Load([]byte(reads(config)))
		if diff := cmp.Diff([]string{`state "S": ` + want}, faults(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", config, diff)
		}
	}
}
