package items

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"clinical-risk-pipeline/asl/value"
)

// The largest row group and footer of a Parquet file that Step Functions reads, in bytes
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html).
const (
	maxRowGroup = 256 << 20
	maxFooter   = 5 << 20
)

// Parquet reads the rows of a Parquet file as objects. It copies the file to a temporary one, because a reader starts at the end: the
// caller must close the source.
func Parquet(r io.Reader) (Source, error) {
	copied, err := os.CreateTemp("", "items-*.parquet")
	if err != nil {
		return nil, err
	}
	p := &parquetRows{copied: copied}
	size, err := io.Copy(copied, r)
	if err == nil {
		err = p.open(size)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// parquetRows is a source of the rows of a file.
type parquetRows struct {
	copied *os.File
	schema *parquet.Schema
	groups []parquet.RowGroup // left to read
	rows   parquet.Rows       // of the current row group; nil before the first and after each
	buffer [1]parquet.Row
	row    int
}

// damaged turns a panic into an error: the library panics on some damaged files.
func damaged(err *error) {
	if recover() != nil {
		*err = errors.New("the Parquet file is damaged")
	}
}

func (p *parquetRows) open(size int64) (err error) {
	defer damaged(&err)
	var tail [8]byte // the length of the footer, and the magic number
	if _, err := p.copied.ReadAt(tail[:], max(size-8, 0)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if footer := binary.LittleEndian.Uint32(tail[:]); string(tail[4:]) == "PAR1" && footer > maxFooter {
		return fmt.Errorf("the footer of the Parquet file has %d bytes, and the limit is %d", footer, maxFooter)
	}
	file, err := parquet.OpenFile(p.copied, size, parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("the object is not a Parquet file: %w", err)
	}
	for _, group := range file.Metadata().RowGroups {
		if group.TotalByteSize > maxRowGroup {
			return fmt.Errorf("a row group of the Parquet file has %d bytes, and the limit is %d", group.TotalByteSize, maxRowGroup)
		}
	}
	p.schema, p.groups = file.Schema(), file.RowGroups()
	return nil
}

// Next returns the next row.
func (p *parquetRows) Next() (item any, err error) {
	defer damaged(&err)
	for {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return nil, io.EOF
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.buffer[:])
		if n == 1 {
			p.row++
			var row any
			if err := p.schema.Reconstruct(&row, p.buffer[0]); err != nil {
				return nil, fmt.Errorf("row %d of the Parquet file: %w", p.row, err)
			}
			return jsonOf(p.schema, row), nil
		}
		if !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("row %d of the Parquet file: %w", p.row+1, err)
		}
		if err := p.closeRows(); err != nil {
			return nil, err
		}
	}
}

func (p *parquetRows) closeRows() error {
	rows := p.rows
	p.rows = nil
	if rows == nil {
		return nil
	}
	return rows.Close()
}

// Close removes the copy of the file.
func (p *parquetRows) Close() error {
	return errors.Join(p.closeRows(), p.copied.Close(), os.Remove(p.copied.Name()))
}

// jsonOf turns a value of a node of the schema into a JSON value.
func jsonOf(node parquet.Node, v any) any {
	switch v := v.(type) {
	case []any:
		element := elementOf(node)
		for i := range v {
			v[i] = jsonOf(element, v[i])
		}
		return v
	case map[string]any:
		o := value.NewObject(len(v))
		for _, name := range namesOf(node, v) {
			o.Set(name, jsonOf(memberOf(node, name), v[name]))
		}
		return o.Share()
	}
	return leaf(node, v)
}

// namesOf returns the names of the fields of a group in the order of the schema, or the sorted keys of a map.
func namesOf(node parquet.Node, values map[string]any) []string {
	names := slices.Sorted(maps.Keys(values))
	if node == nil || node.Leaf() {
		return names
	}
	place := map[string]int{}
	for i, field := range node.Fields() {
		place[field.Name()] = i
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(place[a], place[b]) })
	return names
}

// elementOf returns the node of the elements of a list.
func elementOf(node parquet.Node) parquet.Node {
	if node == nil || node.Repeated() || node.Leaf() {
		return node
	}
	for range 2 { // group LIST { repeated group list { element } }
		if fields := node.Fields(); len(fields) == 1 {
			node = fields[0]
		}
	}
	return node
}

// memberOf returns the node of a field of a group, or of the values of a map.
func memberOf(node parquet.Node, name string) parquet.Node {
	if node == nil || node.Leaf() {
		return nil
	}
	fields := node.Fields()
	for _, field := range fields {
		if field.Name() == name {
			return field
		}
	}
	if len(fields) == 1 && !fields[0].Leaf() { // group MAP { repeated group key_value { key, value } }
		for _, field := range fields[0].Fields() {
			if field.Name() == "value" {
				return field
			}
		}
	}
	return nil
}

// leaf turns a single value into a JSON value. Dates and times become texts, and bytes that are not text become base64.
func leaf(node parquet.Node, v any) any {
	var logical any
	if node != nil && node.Leaf() && node.Type().LogicalType() != nil {
		logical = node.Type().LogicalType().Value
	}
	switch v := v.(type) {
	case int32:
		if _, isDate := logical.(*format.DateType); isDate {
			return time.Unix(int64(v)*24*60*60, 0).UTC().Format(time.DateOnly)
		}
		return float64(v)
	case int64:
		if t, isTime := logical.(*format.TimestampType); isTime && t.Unit.Value != nil {
			perSecond := int64(time.Second / t.Unit.Value.Duration())
			return time.Unix(v/perSecond, v%perSecond*int64(t.Unit.Value.Duration())).UTC().Format(time.RFC3339Nano)
		}
		return value.Number(json.Number(strconv.FormatInt(v, 10)))
	case uint32:
		return float64(v)
	case uint64:
		return value.Number(json.Number(strconv.FormatUint(v, 10)))
	case float32:
		short, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return finite(short)
	case float64:
		return finite(v)
	case *big.Float: // a wide decimal
		number, _ := v.Float64()
		return number
	case string:
		return textOf(logical, []byte(v))
	case []byte:
		return textOf(logical, v)
	case deprecated.Int96: // nanoseconds of the day, and the Julian day
		nanoseconds := int64(v[1])<<32 | int64(v[0])
		return time.Unix((int64(v[2])-2440588)*24*60*60, nanoseconds).UTC().Format(time.RFC3339Nano)
	}
	return v
}

// finite returns null for a number that JSON does not have.
func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

func textOf(logical any, b []byte) any {
	if _, isUUID := logical.(*format.UUIDType); isUUID && len(b) == 16 {
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return base64.StdEncoding.EncodeToString(b)
}
