package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// convertParquet writes a Parquet file as JSON Lines. The row is the line.
func (f *File) convertParquet(ctx context.Context, t Table, out *lineWriter) error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	file, err := openParquet(f.file, info.Size())
	if err != nil {
		return fmt.Errorf("%s: the file begins as Parquet, and cannot be read (%w): write it again", f.Name, err)
	}
	names, columns, flat := f.parquetColumns(file)
	if flat != nil {
		return flat
	}
	roles, notes, header := t.assign(names)
	if len(header) > 0 {
		return fmt.Errorf("%s: %s", f.Name, strings.Join(header, "; "))
	}
	f.Notes = append(f.Notes, notes...)
	p := &parquetSource{roles: roles, columns: columns, faults: newFaults(f.Name, "row"), seen: map[string]int{}}
	for _, group := range file.RowGroups() {
		if err := p.convert(ctx, group.Rows(), out); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return p.faults.err()
}

// openParquet opens a file. The library panics on some damaged files.
func openParquet(r io.ReaderAt, size int64) (file *parquet.File, err error) {
	defer func() {
		if damage := recover(); damage != nil {
			err = errors.New("it is damaged")
		}
	}()
	return parquet.OpenFile(r, size, parquet.SkipBloomFilters(true))
}

// parquetColumns returns the names of the columns and how to read them. The error joins the columns that hold no single values.
func (f *File) parquetColumns(file *parquet.File) (names []string, columns []func(parquet.Value) (string, error), err error) {
	var faults []error
	for _, column := range file.Root().Columns() {
		names = append(names, column.Name())
		read, why := reader(column)
		if why != "" {
			faults = append(faults, fmt.Errorf("%s: column %s %s", f.Name, column.Name(), why))
		}
		columns = append(columns, read)
	}
	return names, columns, errors.Join(faults...)
}

// reader returns the function that writes a column's values as JSON, or why the column cannot be read.
func reader(column *parquet.Column) (func(parquet.Value) (string, error), string) {
	if !column.Leaf() || column.Repeated() {
		return nil, "is nested: write one value in each cell"
	}
	if logical := column.Type().LogicalType(); logical != nil {
		switch logical := logical.Value.(type) {
		case *format.DateType:
			return date, ""
		case *format.TimestampType:
			if logical.Unit.Value == nil {
				return nil, "has timestamps without a unit: write milliseconds, microseconds or nanoseconds"
			}
			unit := logical.Unit.Value.Duration()
			return func(v parquet.Value) (string, error) { return moment(v.Int64(), unit), nil }, ""
		case *format.DecimalType:
			return decimal(int(logical.Scale)), ""
		case *format.IntType:
			if !logical.IsSigned {
				return unsigned, ""
			}
		}
	}
	switch column.Type().Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) (string, error) { return strconv.FormatBool(v.Boolean()), nil }, ""
	case parquet.Int32, parquet.Int64:
		return func(v parquet.Value) (string, error) { return strconv.FormatInt(integer(v), 10), nil }, ""
	case parquet.Float:
		return func(v parquet.Value) (string, error) { return float(float64(v.Float()), 32) }, ""
	case parquet.Double:
		return func(v parquet.Value) (string, error) { return float(v.Double(), 64) }, ""
	case parquet.ByteArray:
		return text, ""
	}
	return nil, fmt.Sprintf("has the type %s: write numbers, text, booleans, dates or timestamps", column.Type())
}

func integer(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

func date(v parquet.Value) (string, error) {
	return quote(time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly)), nil
}

func moment(ticks int64, unit time.Duration) string {
	perSecond := int64(time.Second / unit)
	return quote(time.Unix(ticks/perSecond, ticks%perSecond*int64(unit)).UTC().Format(time.RFC3339Nano))
}

func unsigned(v parquet.Value) (string, error) {
	if v.Kind() == parquet.Int32 {
		return strconv.FormatUint(uint64(v.Uint32()), 10), nil
	}
	return strconv.FormatUint(v.Uint64(), 10), nil
}

// float writes a number. NaN stands for a missing value.
func float(x float64, bits int) (string, error) {
	switch {
	case math.IsNaN(x):
		return "null", nil
	case math.IsInf(x, 0):
		return "", errors.New("is infinite: write a number, or no value")
	}
	if bits == 32 {
		number, err := json.Marshal(float32(x))
		return string(number), err
	}
	number, err := json.Marshal(x)
	return string(number), err
}

func text(v parquet.Value) (string, error) {
	if !utf8.Valid(v.ByteArray()) {
		return "", errors.New("is binary, not UTF-8 text")
	}
	return quote(string(v.ByteArray())), nil
}

// decimal writes numbers with a fixed number of decimals.
func decimal(scale int) func(parquet.Value) (string, error) {
	return func(v parquet.Value) (string, error) {
		digits := new(big.Int)
		switch v.Kind() {
		case parquet.Int32, parquet.Int64:
			digits.SetInt64(integer(v))
		default:
			bytes := v.ByteArray() // big-endian, two's complement
			digits.SetBytes(bytes)
			if len(bytes) > 0 && bytes[0]&0x80 != 0 {
				digits.Sub(digits, new(big.Int).Lsh(big.NewInt(1), uint(8*len(bytes))))
			}
		}
		ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
		return new(big.Rat).SetFrac(digits, ten).FloatString(scale), nil
	}
}

// parquetSource reads the rows of a Parquet file.
type parquetSource struct {
	roles   roles
	columns []func(parquet.Value) (string, error)
	faults  *faults
	seen    map[string]int
	row     int
}

// convert writes the rows of a row group.
func (p *parquetSource) convert(ctx context.Context, rows parquet.Rows, out *lineWriter) (err error) {
	defer func() {
		if damage := recover(); damage != nil {
			err = fmt.Errorf("row %d: the file is damaged: write it again", p.row+1)
		}
		err = errors.Join(err, rows.Close())
	}()
	buffer := make([]parquet.Row, 256)
	for ctx.Err() == nil {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			p.row++
			if err := p.write(row, out); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: the file is damaged (%w): write it again", p.row+1, err)
		}
	}
	return ctx.Err()
}

// write writes a row, or notes its faults.
func (p *parquetSource) write(row parquet.Row, out *lineWriter) error {
	values := make([]string, len(p.columns))
	for _, v := range row {
		column := v.Column()
		if v.IsNull() {
			values[column] = "null"
			continue
		}
		value, err := p.columns[column](v)
		if err != nil {
			p.faults.add(p.row, "column "+p.roles.names[column]+" "+err.Error())
		}
		values[column] = value
	}
	id, site := plainText(values[p.roles.subject]), ""
	if p.roles.site >= 0 {
		site = plainText(values[p.roles.site])
	}
	if fault := checkSubject(id, p.roles.names[p.roles.subject]); fault != "" {
		p.faults.add(p.row, fault)
	} else if first, twice := p.seen[id]; twice {
		p.faults.add(p.row, fmt.Sprintf("subject %q is already in row %d: a cohort has one row for each subject", id, first))
	}
	p.seen[id] = p.row
	features := make([]feature, len(p.roles.features))
	for i, column := range p.roles.features {
		features[i] = feature{p.roles.names[column], values[column]}
	}
	return out.row(p.row, id, site, features)
}

// plainText returns the text of a value in JSON: a number keeps its digits, and null is "".
func plainText(value string) string {
	if value == "null" {
		return ""
	}
	var unquoted string
	if json.Unmarshal([]byte(value), &unquoted) == nil {
		return unquoted
	}
	return value
}
