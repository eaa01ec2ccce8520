package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// maxExpanded is the maximum size of a compressed file after it is expanded, in bytes.
const maxExpanded = 8 << 30

// expand replaces a compressed file, gzip or zstd, by a temporary file with its content.
func (f *File) expand(ctx context.Context) error {
	start, err := f.start(4)
	if err != nil {
		return err
	}
	var content io.Reader
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		content, err = gzip.NewReader(f.file)
		f.packed = "gzip"
	case bytes.HasPrefix(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		var decoder *zstd.Decoder
		if decoder, err = zstd.NewReader(f.file); err == nil {
			defer decoder.Close()
		}
		content = decoder
		f.packed = "zstd"
	default:
		return nil
	}
	if err != nil {
		return f.damaged(err)
	}
	expanded, err := temporary()
	if err != nil {
		return err
	}
	n, err := io.Copy(expanded, &cancelled{ctx, io.LimitReader(content, maxExpanded+1)})
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err != nil:
		err = f.damaged(err)
	case n > maxExpanded:
		err = fmt.Errorf("%s: the file expands to more than %d bytes: split it", f.Name, int64(maxExpanded))
	}
	return errors.Join(err, f.replace(expanded))
}

func (f *File) damaged(err error) error {
	return fmt.Errorf("%s: the file begins as %s, and cannot be expanded (%w): compress it again", f.Name, f.packed, err)
}

// replace goes on with a temporary file in place of the open one.
func (f *File) replace(file *os.File) error {
	err := f.Close()
	f.file, f.cleanup = file, func() error { return os.Remove(file.Name()) }
	return err
}

// temporary creates a file that only its owner can read.
func temporary() (*os.File, error) { return os.CreateTemp("", "clinicalrisk-*.jsonl") }

// start returns the first bytes of the file, and goes back to its beginning.
func (f *File) start(n int) ([]byte, error) {
	if _, err := f.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	start := make([]byte, n)
	read, err := io.ReadFull(f.file, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	_, err = f.file.Seek(0, io.SeekStart)
	return start[:read], err
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}
