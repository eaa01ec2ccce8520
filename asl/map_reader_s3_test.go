package asl_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func lists(config string) string {
	return one(`{"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", ` + config + `"Parameters": {"Bucket": "b", "Prefix": "in/"}},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}`)
}

func TestListObjects(t *testing.T) {
	store := &memory{objects: map[string]string{"b/in/1": "abc", "b/in/2": "", "b/other": "", "c/in/3": ""}}
	succeeds(t, execute(t, lists(``), `{}`, asl.Options{Objects: store}), `[
		{"Etag": "e", "Key": "in/1", "LastModified": 1700000000, "Size": 3, "StorageClass": "STANDARD"},
		{"Etag": "e", "Key": "in/2", "LastModified": 1700000000, "Size": 0, "StorageClass": "STANDARD"}]`)
	x := execute(t, lists(`"ReaderConfig": {"MaxItems": 1},`), `{}`, asl.Options{Objects: store})
	if n := len(x.Output.([]any)); n != 1 {
		t.Errorf("%d items, want MaxItems", n)
	}
	if store.open != 0 {
		t.Errorf("%d listings stay open", store.open)
	}
}

func TestMapItemSource(t *testing.T) {
	from := func(definition string) string {
		return strings.Replace(definition, `"ItemProcessor"`, `"ItemSelector": {"s.$": "$$.Map.Item.Source", "v.$": "$$.Map.Item.Value"}, "ItemProcessor"`, 1)
	}
	store := &memory{objects: map[string]string{"b/in/1": "1\n", "b/in/2": "2\n", "b/o": `{"k": {"x": 1}}`, "b/m": "s3://x/1\n", "x/1": "3\n",
		"b/i": `{"fileFormat": "CSV", "fileSchema": "Size", "files": [{"key": "d/1.csv"}]}`, "b/d/1.csv": "9\n"}}
	for _, row := range []struct{ why, definition, key, output string }{
		{"a listing is from the bucket", lists(`"ReaderConfig": {"MaxItems": 1},`), "", `[{"s": "S3://b", "v": {"Etag": "e", "Key": "in/1", "LastModified": 1700000000, "Size": 2, "StorageClass": "STANDARD"}}]`},
		{"each item of a flattened listing is from its object", lists(`"ReaderConfig": {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"},`), "", `[{"s": "S3://b/in/1", "v": 1}, {"s": "S3://b/in/2", "v": 2}]`},
		{"an object", reads(`{"InputType": "JSON"}`), "o", `[{"s": "S3://b/o", "v": {"x": 1}}]`},
		{"an object in an Athena manifest", reads(`{"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}`), "m", `[{"s": "S3://x/1", "v": 3}]`},
		{"an inventory report", reads(`{"InputType": "MANIFEST"}`), "i", `[{"s": "S3://b/d/1.csv", "v": {"Size": "9"}}]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			succeeds(t, execute(t, from(row.definition), `{"key": "`+row.key+`"}`, asl.Options{Objects: store}), row.output)
		})
	}
}

func TestMapOverAnObjectInS3(t *testing.T) {
	store := &memory{objects: map[string]string{"b/o": `{"sites": {"S02": {"n": 2}, "S01": {"n": 1}}}`, "b/in/1": `{"a": 1}`, "b/in/2": `[2]`}}
	succeeds(t, execute(t, reads(`{"InputType": "JSON", "ItemsPointer": "/sites"}`), `{"key": "o"}`, asl.Options{Objects: store}),
		`[{"Key": "S02", "Value": {"n": 2}}, {"Key": "S01", "Value": {"n": 1}}]`)
	succeeds(t, execute(t, lists(`"ReaderConfig": {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"},`), `{}`, asl.Options{Objects: store}),
		`[{"Key": "a", "Value": 1}, 2]`)
}

func TestLoadAndFlatten(t *testing.T) {
	store := &memory{objects: map[string]string{"b/in/1": "1\n2\n", "b/in/2": "", "b/in/3.gz": gzipped(t, "3\n")}}
	succeeds(t, execute(t, lists(`"ReaderConfig": {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"},`), `{}`, asl.Options{Objects: store}), `[1, 2, 3]`)
	x := execute(t, lists(`"ReaderConfig": {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN", "MaxItems": 1},`), `{}`, asl.Options{Objects: store})
	succeeds(t, x, `[1]`)
	if store.open != 0 {
		t.Errorf("%d readers stay open after MaxItems", store.open)
	}
}

func TestInventoryManifest(t *testing.T) {
	store := &memory{objects: map[string]string{
		"b/k":          `{"fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{"key": "d/1.csv.gz"}, {"key": "d/2.csv"}]}`,
		"b/d/1.csv.gz": gzipped(t, `"b","one",1`+"\n"),
		"b/d/2.csv":    `"b","two",2` + "\n",
	}}
	succeeds(t, execute(t, reads(`{"InputType": "MANIFEST"}`), `{"key": "k"}`, asl.Options{Objects: store}),
		`[{"Bucket": "b", "Key": "one", "Size": "1"}, {"Bucket": "b", "Key": "two", "Size": "2"}]`)
	if store.open != 0 {
		t.Errorf("%d readers stay open", store.open)
	}
	succeeds(t, execute(t, reads(`{"ManifestType": "S3_INVENTORY", "MaxItems": 1}`), `{"key": "k"}`, asl.Options{Objects: store}), `[{"Bucket": "b", "Key": "one", "Size": "1"}]`)
	store.objects["b/k"] = `{"fileFormat": "ORC"}`
	fails(t, execute(t, reads(`{"InputType": "MANIFEST"}`), `{"key": "k"}`, asl.Options{Objects: store}),
		asl.ErrItemReader, `the manifest's fileFormat must be CSV, but was: "ORC"`)
}

func TestAthenaManifest(t *testing.T) {
	store := &memory{objects: map[string]string{"b/k": "s3://x/1\ns3://x/d/2.gz\n", "x/1": "1\n2\n", "x/d/2.gz": gzipped(t, "3\n")}}
	succeeds(t, execute(t, reads(`{"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}`), `{"key": "k"}`, asl.Options{Objects: store}), `[1, 2, 3]`)
	store.objects["b/k"] = "x/1\n"
	fails(t, execute(t, reads(`{"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}`), `{"key": "k"}`, asl.Options{Objects: store}),
		asl.ErrItemReader, `the manifest must list addresses such as s3://bucket/key, but has "x/1"`)
}
