package value_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

// BenchmarkObject compares this representation with a Go map, and shows from which size an index pays.
func BenchmarkObject(b *testing.B) {
	for _, n := range []int{4, 8, 11, 12, 16, 32, 200} {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprintf("member_%d", i)
		}
		o, m := value.NewObject(n), make(map[string]any, n)
		for i, k := range keys {
			o.Set(k, float64(i))
			m[k] = float64(i)
		}
		b.Run(fmt.Sprintf("Get/ordered/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, ok := o.Get(keys[i%n]); !ok {
					b.Fatal("missing")
				}
			}
		})
		b.Run(fmt.Sprintf("Get/map/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, ok := m[keys[i%n]]; !ok {
					b.Fatal("missing")
				}
			}
		})
		b.Run(fmt.Sprintf("Build/ordered/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o := value.NewObject(n)
				for _, k := range keys {
					o.Set(k, true)
				}
			}
		})
		b.Run(fmt.Sprintf("Build/map/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m := make(map[string]any, n)
				for _, k := range keys {
					m[k] = true
				}
			}
		})
	}
}

var text = []byte(`{"subject": "S-001", "site": "DE-04", "features": {"age": 71, "sex": "F", "weight_change_pct": -2.25, "visits": [1, 2, 3, 4]}, "note": "a \"quoted\" text", "ok": true}`)

func BenchmarkDecode(b *testing.B) {
	b.Run("ordered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := value.Decode(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	v, err := value.Decode(text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		value.Encode(v)
	}
}
