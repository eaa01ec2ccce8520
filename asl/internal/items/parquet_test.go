package items_test

import (
	"bytes"
	"clinical-risk-pipeline/asl/value"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"clinical-risk-pipeline/asl/internal/items"
)

// visit is a row with a column of each kind.
type visit struct {
	Subject string                    `parquet:"subject"`
	Day     int32                     `parquet:"day,optional"`
	Total   int64                     `parquet:"total"`
	Count   uint32                    `parquet:"count"`
	Risk    float32                   `parquet:"risk"`
	Score   float64                   `parquet:"score"`
	Done    bool                      `parquet:"done"`
	Raw     []byte                    `parquet:"raw"`
	At      time.Time                 `parquet:"at,timestamp(microsecond)"`
	Date    int32                     `parquet:"date,date"`
	Price   int64                     `parquet:"price,decimal(2:10)"`
	Wide    [9]byte                   `parquet:"wide,decimal(3:20)"`
	ID      [16]byte                  `parquet:"id,uuid"`
	Tags    []string                  `parquet:"tags,list"`
	Days    []int32                   `parquet:"days"`
	Values  map[string]time.Time      `parquet:"values"`
	Site    struct{ Name string }     `parquet:"site"`
	Exits   []struct{ Reason string } `parquet:"exits,list"`
}

func parquetFile[T any](t *testing.T, groups ...[]T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	for _, rows := range groups {
		if _, err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquet(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	at := time.Date(2026, 1, 31, 12, 0, 0, 250_000_000, time.UTC)
	data := parquetFile(t, []visit{{
		Subject: "S-1", Day: 31, Total: 1 << 60, Count: 4_000_000_000, Risk: 0.1, Score: math.NaN(), Done: true, Raw: []byte{0xff}, At: at, Date: 31, Price: 150, Wide: [9]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe},
		ID: [16]byte{0x12}, Tags: []string{"a", "b"}, Days: []int32{1, 2}, Values: map[string]time.Time{"k": at}, Site: struct{ Name string }{"A"},
		Exits: []struct{ Reason string }{{"event"}},
	}}, []visit{{Subject: "S-2", At: at}})
	s, err := items.Parquet(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"subject": "S-1", "day": 31.0, "total": json.Number("1152921504606846976"), "count": 4e9, "risk": 0.1, "score": nil, "done": true, "raw": "/w==",
		"at": "2026-01-31T12:00:00.25Z", "date": "1970-02-01", "price": 1.5, "wide": -0.002, "id": "12000000-0000-0000-0000-000000000000", "tags": []any{"a", "b"},
		"days": []any{1.0, 2.0}, "values": map[string]any{"k": "2026-01-31T12:00:00.25Z"}, "site": map[string]any{"Name": "A"}, "exits": []any{map[string]any{"Reason": "event"}},
	}
	if diff := cmp.Diff(any(want), value.Plain(first)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	second, err := s.Next()
	if row, _ := second.(*value.Object); err != nil || row.Value("subject") != "S-2" || row.Value("day") != nil || len(row.Value("tags").([]any)) != 0 {
		t.Errorf("the row of the second row group: %v, %v", second, err)
	}
	if left, err := all(t, s); err != nil || left != "[]" {
		t.Errorf("after the last row: %v, %v", left, err)
	}
	if err := s.(interface{ Close() error }).Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files stay: %v", len(left), err)
	}
}

func TestParquetRefuses(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	valid := parquetFile(t, []struct{ A string }{{strings.Repeat("x", 100)}})
	large := append([]byte("PAR1"), 0xff, 0xff, 0xff, 0x7f, 'P', 'A', 'R', '1')
	for reason, data := range map[string][]byte{"no Parquet": []byte("a,b\n1,2\n"), "empty": nil, "cut": valid[:len(valid)-20], "a large footer": large} {
		if _, err := items.Parquet(bytes.NewReader(data)); err == nil {
			t.Errorf("%s: no fault", reason)
		}
	}
	for at := range valid { // never a panic
		damaged := bytes.Clone(valid)
		damaged[at] ^= 0xff
		if s, err := items.Parquet(bytes.NewReader(damaged)); err == nil {
			_, _ = all(t, s)
			_ = s.(interface{ Close() error }).Close()
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files stay: %v", len(left), err)
	}
}
