package asl

import (
	"context"
	"io"
	"iter"
	"time"
)

// Objects is the part of S3 that a Distributed Map needs. An error of type *Error fails the Map state with its cause; io/fs's
// ErrNotExist is reported as a missing key; any other error does, too, with its text.
type Objects interface {
	// Open reads an object as a stream.
	Open(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	// Create writes an object as a stream. The object appears when the writer is closed.
	Create(ctx context.Context, bucket, key string) (io.WriteCloser, error)
	// List gives the objects whose keys begin with the prefix, in order of keys.
	List(ctx context.Context, bucket, prefix string) iter.Seq2[Object, error]
}

// Object describes an S3 object as listObjectsV2 does.
type Object struct {
	Key          string
	Size         int64 // in bytes
	LastModified time.Time
	ETag         string
	StorageClass string // Default: "STANDARD"
}
