package asl

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// mapWriter is ResultWriter: it transforms the results of child executions and exports them to S3.
type mapWriter struct {
	arguments      query.Template // Arguments or Parameters; nil: the results are not exported
	transformation string         // NONE, COMPACT or FLATTEN
	outputType     string         // JSON or JSONL
}

func (f *fields) mapWriter() *mapWriter {
	f.comment()
	w := &mapWriter{transformation: "COMPACT", outputType: "JSON"}
	name := "Parameters"
	if f.jsonata {
		name = "Arguments"
	}
	if arn, ok := f.text("Resource"); ok {
		if !strings.HasSuffix(arn, ":states:::s3:putObject") {
			f.fault("Resource", "must be arn:aws:states:::s3:putObject, got %q", arn)
		}
		w.transformation = "NONE"
		if w.arguments = f.payload(name, seesInput); w.arguments == nil {
			f.fault(name, "is missing")
		}
	}
	config, ok := f.object("WriterConfig")
	if ok {
		if config.has("Transformation") {
			w.transformation = config.oneOf("Transformation", "NONE", "COMPACT", "FLATTEN")
		}
		w.outputType = config.oneOf("OutputType", "JSON", "JSONL")
		config.unread("a writer configuration")
	} else if !f.has("Resource") {
		f.fault("", "needs Resource or WriterConfig")
	}
	f.unread("a result writer")
	return w
}

// transform returns what a child execution adds to the results. A failed child execution always adds its whole record.
func (w *mapWriter) transform(child *Execution, machineARN string) []any {
	if child.Status != Succeeded || w.transformation == "NONE" {
		return []any{childRecord(child, machineARN)}
	}
	if list, ok := child.Output.([]any); ok && w.transformation == "FLATTEN" {
		return list
	}
	return []any{child.Output}
}

// included says that a payload is complete.
var included = value.NewObject(1).With("Included", true).Share()

// childRecord returns the exported record of a child execution.
func childRecord(child *Execution, machineARN string) *value.Object {
	record := value.NewObject(12).With("ExecutionArn", child.ARN)
	switch child.Status {
	case Failed, TimedOut:
		record.With("Error", child.Error).Set("Cause", child.Cause)
	}
	record.With("Input", value.Encode(child.Input)).With("InputDetails", included).With("Name", child.Name)
	if child.Status == Succeeded {
		record.With("Output", value.Encode(child.Output)).With("OutputDetails", included).With("RedriveCount", 0.0).
			With("RedriveStatus", "NOT_REDRIVABLE").Set("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven")
	} else {
		record.With("RedriveCount", 0.0).Set("RedriveStatus", "REDRIVABLE_BY_MAP_RUN")
	}
	return record.With("StartDate", timestamp(child.Start)).With("StateMachineArn", machineARN).
		With("Status", string(child.Status)).With("StopDate", timestamp(child.Stop)).Share()
}

// export writes results to S3 as they arrive: one file per status, and a manifest at the end.
// See https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html.
type export struct {
	writer         *mapWriter
	run            *mapRun
	bucket, prefix string
	files          map[string]*resultFile
}

// resultFile is an open file of results.
type resultFile struct {
	key    string
	writer io.WriteCloser
	size   int64
	any    bool
}

// begin evaluates the destination.
func (w *mapWriter) begin(run *mapRun) (*export, error) {
	v, err := w.arguments.Eval(run.b.evaluating(run.input))
	if err != nil {
		return nil, err
	}
	arguments, _ := v.(*value.Object)
	e := &export{writer: w, run: run, files: map[string]*resultFile{}}
	e.bucket = arguments.Text("Bucket")
	prefix := arguments.Text("Prefix")
	if e.bucket == "" {
		return nil, runtimeFault("The ResultWriter's Bucket must be a string, but was: %s", value.Encode(arguments.Value("Bucket")))
	}
	if prefix != "" {
		prefix = strings.TrimSuffix(prefix, "/") + "/"
	}
	e.prefix = prefix + run.id + "/"
	if run.b.x.run.options.Objects == nil {
		return nil, storageFailure(ErrResultWriter, errors.New("Options.Objects is not set, so there is nowhere to write"))
	}
	return e, nil
}

// add writes what a child execution adds to the results.
func (e *export) add(child *Execution) error {
	name := string(child.Status)
	switch child.Status {
	case TimedOut, Aborted:
		name = string(Failed)
	}
	r := e.files[name]
	if r == nil {
		key := fmt.Sprintf("%s%s_0.%s", e.prefix, name, strings.ToLower(e.writer.outputType))
		w, err := e.create(key)
		if err != nil {
			return err
		}
		r = &resultFile{key: key, writer: w}
		e.files[name] = r
	}
	for _, v := range e.writer.transform(child, e.run.machineARN) {
		if err := r.write(e.writer.outputType, v); err != nil {
			return storageFailure(ErrResultWriter, err)
		}
	}
	return nil
}

func (e *export) create(key string) (io.WriteCloser, error) {
	run := e.run.b.x.run
	w, err := run.options.Objects.Create(run.ctx, e.bucket, key)
	if err != nil {
		return nil, storageFailure(ErrResultWriter, err)
	}
	return w, nil
}

func (r *resultFile) write(outputType string, v any) error {
	var text []byte
	switch {
	case outputType == "JSONL":
		text = append(value.Append(nil, v), '\n')
	case r.any:
		text = value.Append([]byte(","), v)
	default:
		text = value.Append([]byte("["), v)
	}
	r.any = true
	n, err := r.writer.Write(text)
	r.size += int64(n)
	return err
}

// finish closes the files and writes the manifest. It returns the Map state's result.
func (e *export) finish() (any, error) {
	listed := value.NewObject(3).With("FAILED", []any{}).With("PENDING", []any{}).With("SUCCEEDED", []any{})
	for name, r := range e.files {
		if e.writer.outputType == "JSON" {
			n, err := io.WriteString(r.writer, "]")
			r.size += int64(n)
			if err != nil {
				return nil, storageFailure(ErrResultWriter, err)
			}
		}
		if err := r.writer.Close(); err != nil {
			return nil, storageFailure(ErrResultWriter, err)
		}
		listed.Set(name, []any{value.NewObject(2).With("Key", r.key).With("Size", float64(r.size))})
	}
	key := e.prefix + "manifest.json"
	w, err := e.create(key)
	if err != nil {
		return nil, err
	}
	manifest := value.Append(nil, value.NewObject(3).With("DestinationBucket", e.bucket).With("MapRunArn", e.run.arn).With("ResultFiles", listed))
	if _, err := w.Write(manifest); err != nil {
		return nil, storageFailure(ErrResultWriter, err)
	}
	if err := w.Close(); err != nil {
		return nil, storageFailure(ErrResultWriter, err)
	}
	details := value.NewObject(2).With("Bucket", e.bucket).With("Key", key)
	return value.NewObject(2).With("MapRunArn", e.run.arn).With("ResultWriterDetails", details), nil
}
