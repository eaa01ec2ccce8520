package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strings"

	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/value"
)

// list returns the objects that listObjectsV2 finds. An item is the description of an object, or with LOAD_AND_FLATTEN an item in it.
func (r *mapReader) list(from location, prefix string) (items.Source, func() error) {
	next, stop := iter.Pull2(from.objects.List(from.b.x.run.ctx, from.bucket, prefix))
	listing := &objectList{next: next, from: location{bucket: from.bucket}.address()}
	release := func() error { stop(); return nil }
	if r.transformation != "LOAD_AND_FLATTEN" {
		return listing, release
	}
	chain := &objectChain{open: func() (items.Source, func() error, error) {
		o, err := listing.object()
		if err != nil {
			return nil, nil, err
		}
		from.key = o.Key
		return r.object(from)
	}}
	return chain, func() error { stop(); return chain.close() }
}

// objectList is a source of the descriptions of objects.
type objectList struct {
	next func() (Object, error, bool)
	from string
}

func (l *objectList) address() string { return l.from }

func (l *objectList) object() (Object, error) {
	o, err, ok := l.next()
	if !ok {
		return o, io.EOF
	}
	return o, err
}

func (l *objectList) Next() (any, error) {
	o, err := l.object()
	if err != nil {
		return nil, err
	}
	if o.StorageClass == "" {
		o.StorageClass = "STANDARD"
	}
	return value.NewObject(5).With("Etag", o.ETag).With("Key", o.Key).With("LastModified", float64(o.LastModified.Unix())).
		With("Size", float64(o.Size)).With("StorageClass", o.StorageClass).Share(), nil
}

// objectChain is a source of the items of several objects, one object after another.
type objectChain struct {
	open    func() (items.Source, func() error, error) // opens the next object; io.EOF after the last
	current items.Source
	release func() error
}

func (c *objectChain) Next() (any, error) {
	for {
		if c.current == nil {
			var err error
			if c.current, c.release, err = c.open(); err != nil {
				c.current, c.release = nil, nil
				return nil, err
			}
		}
		item, err := c.current.Next()
		if !errors.Is(err, io.EOF) {
			return item, err
		}
		if err := c.close(); err != nil {
			return nil, err
		}
	}
}

func (c *objectChain) address() string { return addressOf(c.current) }

func (c *objectChain) close() error {
	if c.release == nil {
		return nil
	}
	release := c.release
	c.current, c.release = nil, nil
	return release()
}

// manifest reads the items in the objects that a manifest lists: the files of an S3 inventory report or of an Athena UNLOAD.
func (r *mapReader) manifest(from location) (items.Source, func() error, error) {
	body, err := from.open()
	if err != nil {
		return nil, nil, err
	}
	defer body.Close()
	if r.manifestType == "ATHENA_DATA" {
		return r.athena(from, body)
	}
	var m struct {
		FileFormat, FileSchema, DestinationBucket string
		Files                                     []struct{ Key string }
	}
	if err := json.NewDecoder(body).Decode(&m); err != nil {
		return nil, nil, fmt.Errorf("the manifest is not valid JSON: %w", err)
	}
	if m.FileFormat != "CSV" {
		return nil, nil, fmt.Errorf("the manifest's fileFormat must be CSV, but was: %q", m.FileFormat)
	}
	headers := strings.Split(m.FileSchema, ",")
	for i := range headers {
		headers[i] = strings.TrimSpace(headers[i])
	}
	i := 0
	chain := &objectChain{open: func() (items.Source, func() error, error) {
		if i == len(m.Files) {
			return nil, nil, io.EOF
		}
		from.key = m.Files[i].Key
		i++
		return from.items(func(text io.Reader) (items.Source, error) { return items.CSV(text, ',', headers) })
	}}
	return chain, chain.close, nil
}

// athena reads the objects that the manifest of an UNLOAD lists, one s3:// address per line.
func (r *mapReader) athena(from location, manifest io.Reader) (items.Source, func() error, error) {
	addresses, err := io.ReadAll(manifest)
	if err != nil {
		return nil, nil, err
	}
	left := strings.Fields(string(addresses))
	chain := &objectChain{open: func() (items.Source, func() error, error) {
		if len(left) == 0 {
			return nil, nil, io.EOF
		}
		address, err := url.Parse(left[0])
		if err != nil || address.Scheme != "s3" {
			return nil, nil, fmt.Errorf("the manifest must list addresses such as s3://bucket/key, but has %q", left[0])
		}
		left = left[1:]
		from.bucket, from.key = address.Host, strings.TrimPrefix(address.Path, "/")
		return from.items(r.parse)
	}}
	return chain, chain.close, nil
}
