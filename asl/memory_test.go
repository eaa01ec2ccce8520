package asl_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
)

// memory holds objects by "bucket/key". It counts the open readers and writers.
type memory struct {
	objects map[string]string
	open    int
}

func (m *memory) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	body, ok := m.objects[bucket+"/"+key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	m.open++
	return &memoryReader{strings.NewReader(body), m}, nil
}

// versioned is memory that keeps versions, by "bucket/key?version".
type versioned struct{ *memory }

func (v versioned) OpenVersion(ctx context.Context, bucket, key, version string) (io.ReadCloser, error) {
	return v.Open(ctx, bucket, key+"?"+version)
}

type memoryReader struct {
	*strings.Reader
	m *memory
}

func (r *memoryReader) Close() error { r.m.open--; return nil }

func (m *memory) Create(_ context.Context, bucket, key string) (io.WriteCloser, error) {
	m.open++
	return &memoryWriter{m: m, name: bucket + "/" + key}, nil
}

type memoryWriter struct {
	bytes.Buffer
	m    *memory
	name string
}

func (w *memoryWriter) Close() error {
	w.m.open--
	w.m.objects[w.name] = w.String()
	return nil
}

func (m *memory) List(_ context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		m.open++
		defer func() { m.open-- }()
		for _, name := range slices.Sorted(maps.Keys(m.objects)) {
			key, ok := strings.CutPrefix(name, bucket+"/")
			if ok && strings.HasPrefix(key, prefix) {
				o := asl.Object{Key: key, Size: int64(len(m.objects[name])), ETag: "e", LastModified: time.Unix(1700000000, 0)}
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}
