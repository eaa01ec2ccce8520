package asl

import (
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/zstd"

	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// mapReader is ItemReader: it reads the items of a Distributed Map from S3.
type mapReader struct {
	action         string         // getObject or listObjectsV2
	arguments      query.Template // Arguments or Parameters
	inputType      string         // CSV, JSON, JSONL, PARQUET or MANIFEST; "" for listObjectsV2 and an inventory report
	manifestType   string         // S3_INVENTORY or ATHENA_DATA; "": the object itself holds the items
	transformation string         // NONE or LOAD_AND_FLATTEN, for listObjectsV2
	delimiter      byte
	headers        []string // nil: the first row
	pointer        string   // ItemsPointer
	maxItems       *quantity
}

// maxItems is the largest MaxItems.
const maxItems = 100_000_000

// csvDelimiters lists the values of CSVDelimiter. The first is the default.
var csvDelimiters = []string{"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"}

func (f *fields) mapReader() *mapReader {
	f.comment()
	r := &mapReader{}
	arn := f.required("Resource")
	switch _, action, _ := strings.Cut(arn, ":states:::s3:"); {
	case action == "getObject" || action == "listObjectsV2":
		r.action = action
	case arn != "":
		f.fault("Resource", "must be arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2, got %q", arn)
	}
	name := "Parameters"
	if f.jsonata {
		name = "Arguments"
	}
	if r.arguments = f.payload(name, seesInput); r.arguments == nil {
		f.fault(name, "is missing")
	}
	if config, ok := f.object("ReaderConfig"); ok {
		r.config(config)
	} else if r.action == "getObject" {
		f.fault("ReaderConfig", "is missing: set its InputType")
	}
	f.unread("an item reader")
	return r
}

// config reads ReaderConfig.
func (r *mapReader) config(f *fields) {
	f.comment()
	r.maxItems = f.quantity("MaxItems", 0, maxItems, true)
	r.transformation = f.oneOf("Transformation", "NONE", "LOAD_AND_FLATTEN")
	inventory, _ := f.member("ManifestType").(string) // its files are in CSV
	if f.has("InputType") || r.action == "getObject" && inventory != "S3_INVENTORY" || r.transformation == "LOAD_AND_FLATTEN" {
		r.inputType = f.required("InputType")
	}
	switch r.inputType {
	case "CSV":
		r.csv(f)
	case "JSON":
		r.pointer, _ = f.text("ItemsPointer")
		if r.pointer != "" && !strings.HasPrefix(r.pointer, "/") {
			f.fault("ItemsPointer", "must be a JSON pointer, which starts with /, got %q", r.pointer)
		}
	case "MANIFEST", "JSONL", "PARQUET", "":
	default:
		f.fault("InputType", "must be one of CSV, JSON, JSONL, MANIFEST, PARQUET, got %q", r.inputType)
	}
	if f.has("ManifestType") || r.inputType == "MANIFEST" {
		r.manifestType = f.oneOf("ManifestType", "S3_INVENTORY", "ATHENA_DATA")
	}
	f.unread("a reader configuration for this InputType")
}

func (r *mapReader) csv(f *fields) {
	r.delimiter = map[string]byte{"COMMA": ',', "PIPE": '|', "SEMICOLON": ';', "SPACE": ' ', "TAB": '\t'}[f.oneOf("CSVDelimiter", csvDelimiters...)]
	given := f.required("CSVHeaderLocation")
	switch headers := f.strings("CSVHeaders"); {
	case given == "GIVEN" && len(headers) == 0:
		f.fault("CSVHeaders", "must be a list of at least one header, because CSVHeaderLocation is GIVEN")
	case given == "GIVEN":
		r.headers = headers
	case given == "FIRST_ROW" && headers != nil:
		f.fault("CSVHeaders", "cannot be combined with \"CSVHeaderLocation\": \"FIRST_ROW\"")
	case given != "FIRST_ROW" && given != "":
		f.fault("CSVHeaderLocation", "must be FIRST_ROW or GIVEN, got %q", given)
	}
}

// itemStream gives the items of a Map Run.
type itemStream struct {
	source items.Source
	close  func() error
	left   int // items left of MaxItems
}

// next returns the next item and where it is from. more is false after the last item.
func (s *itemStream) next() (item any, from string, more bool, err error) {
	if s.left == 0 {
		return nil, "", false, nil
	}
	item, err = s.source.Next()
	if errors.Is(err, io.EOF) {
		s.left = 0
		return nil, "", false, nil
	}
	if err != nil {
		return nil, "", false, storageFailure(ErrItemReader, err)
	}
	s.left--
	return item, addressOf(s.source), true, nil
}

// addressed is a source of items in S3.
type addressed interface{ address() string }

// addressOf returns the address of a source's latest item.
func addressOf(source items.Source) string {
	if a, ok := source.(addressed); ok {
		return a.address()
	}
	return stateData
}

// open starts to read at most so many items.
func (r *mapReader) open(b *branch, input any, most float64) (*itemStream, error) {
	limit := maxItems
	switch {
	case most < 0:
		return nil, storageFailure(ErrItemReader, errors.New("field MaxItems must be positive"))
	case most > 0:
		limit = int(min(most, maxItems))
	}
	v, err := r.arguments.Eval(b.evaluating(input))
	if err != nil {
		return nil, err
	}
	arguments, _ := v.(*value.Object)
	from := location{b: b, objects: b.x.run.options.Objects}
	from.bucket = arguments.Text("Bucket")
	if from.bucket == "" {
		return nil, runtimeFault("The ItemReader's Bucket must be a string, but was: %s", value.Encode(arguments.Value("Bucket")))
	}
	if from.objects == nil {
		return nil, storageFailure(ErrItemReader, errors.New("Options.Objects is not set, so there are no objects to read"))
	}
	result := &itemStream{left: limit, close: func() error { return nil }}
	if r.action == "listObjectsV2" {
		result.source, result.close = r.list(from, arguments.Text("Prefix"))
	} else {
		from.key = arguments.Text("Key")
		from.version = arguments.Text("VersionId")
		if from.version != "" && r.inputType == "PARQUET" {
			return nil, storageFailure(ErrItemReader, errors.New("VersionId is not supported for Parquet files"))
		}
		result.source, result.close, err = r.object(from)
	}
	if err != nil {
		return nil, storageFailure(ErrItemReader, err)
	}
	return result, nil
}

// limit returns MaxItems. 0 means no limit.
func (r *mapReader) limit(env *query.Env) (float64, error) {
	if r.maxItems == nil {
		return 0, nil
	}
	return r.maxItems.eval(env, true)
}

// location is an S3 object or a bucket.
type location struct {
	b           *branch
	objects     Objects
	bucket, key string
	version     string // VersionId; "": the latest version
}

// address returns the address of the object, or of the bucket when there is no key.
func (l location) address() string {
	if l.key == "" {
		return "S3://" + l.bucket
	}
	return "S3://" + l.bucket + "/" + l.key
}

// objectItems is a source of the items of one object.
type objectItems struct {
	items.Source
	from string
}

func (o *objectItems) address() string { return o.from }

// open opens the object. It reports a missing object in the words of S3.
func (l location) open() (io.ReadCloser, error) {
	ctx := l.b.x.run.ctx
	if l.version == "" {
		body, err := l.objects.Open(ctx, l.bucket, l.key)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, items.Fault("The specified key does not exist: " + l.bucket + "/" + l.key)
		}
		return body, err
	}
	versions, ok := l.objects.(Versions)
	if !ok {
		return nil, errors.New("the ItemReader names a VersionId, and Options.Objects keep no versions")
	}
	body, err := versions.OpenVersion(ctx, l.bucket, l.key, l.version)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, items.Fault("The specified version does not exist: " + l.bucket + "/" + l.key + ", version " + l.version)
	}
	return body, err
}

// object reads the items of one object.
func (r *mapReader) object(from location) (items.Source, func() error, error) {
	if r.manifestType != "" {
		return r.manifest(from)
	}
	return from.items(r.parse)
}

// items reads the object with a parser.
func (l location) items(parse func(io.Reader) (items.Source, error)) (items.Source, func() error, error) {
	body, err := l.open()
	if err != nil {
		return nil, nil, err
	}
	text, release, err := decompressed(l.key, body)
	var source items.Source
	if err == nil {
		source, err = parse(text)
	}
	if err != nil {
		release()
		_ = body.Close()
		return nil, nil, err
	}
	return &objectItems{source, l.address()}, func() error {
		var err error
		if c, ok := source.(io.Closer); ok {
			err = c.Close()
		}
		release()
		return errors.Join(err, body.Close())
	}, nil
}

// decompressed is the text of an object, which is compressed if its key ends in .gz (gzip), or .zstd or .zst (Zstandard). A window of more than
// 8 MiB is a fault: RFC 8878 asks decoders to support 8 MB. The caller releases the decoder.
func decompressed(key string, body io.Reader) (text io.Reader, release func(), err error) {
	release = func() {}
	switch {
	case strings.HasSuffix(key, ".gz"):
		text, err = gzip.NewReader(body)
	case strings.HasSuffix(key, ".zstd"), strings.HasSuffix(key, ".zst"):
		var decoder *zstd.Decoder
		if decoder, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow)); err == nil {
			text, release = decoder, decoder.Close
		}
	default:
		text = body
	}
	return text, release, err
}

// maxZstdWindow bounds the memory of a decoder: https://www.rfc-editor.org/rfc/rfc8878#name-window-descriptor
const maxZstdWindow = 8 << 20

// parse reads items from text.
func (r *mapReader) parse(body io.Reader) (items.Source, error) {
	switch r.inputType {
	case "CSV":
		return items.CSV(body, r.delimiter, r.headers)
	case "JSONL", "MANIFEST":
		return items.JSONLines(body), nil
	case "PARQUET":
		return items.Parquet(body)
	}
	return items.JSON(body, r.pointer)
}
