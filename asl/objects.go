package asl

import (
	"context"
	"io"
	"iter"
	"time"
)

// Objects is the part of S3 that a Distributed Map needs. An error fails the Map state: an *Error with its cause, fs.ErrNotExist as
// a missing key, and any other error with its text.
type Objects interface {
	// Open reads an object as a stream.
	Open(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	// Create writes an object as a stream. The object appears when the caller closes the writer.
	Create(ctx context.Context, bucket, key string) (io.WriteCloser, error)
	// List returns the objects whose keys start with the prefix, in the order of the keys.
	List(ctx context.Context, bucket, prefix string) iter.Seq2[Object, error]
}

// Versions are [Objects] that keep versions, as a bucket with versioning does. An item reader that names a VersionId needs them.
type Versions interface {
	// OpenVersion reads a version of an object as a stream. A missing version is fs.ErrNotExist.
	OpenVersion(ctx context.Context, bucket, key, version string) (io.ReadCloser, error)
}

// Object describes an S3 object as listObjectsV2 does.
type Object struct {
	Key          string
	Size         int64 // in bytes
	LastModified time.Time
	ETag         string
	StorageClass string // Default: "STANDARD"
}
