package signature_test

import (
	"errors"
	"slices"
	"testing"

	"clinical-risk-pipeline/asl/jsonata/signature"
)

func TestMatch(t *testing.T) {
	for _, row := range []struct {
		why, signature, symbols string
		counts                  []int // nil: they do not fit
		good                    int
	}{
		{"one of each", "<sn:s>", "sn", []int{1, 1}, 2},
		{"undefined fits", "<sn:s>", "mn", []int{1, 1}, 2},
		{"undefined is no function", "<af>", "am", nil, 1},
		{"another type", "<sn:s>", "ss", nil, 1},
		{"too many", "<s:s>", "ss", nil, 1},
		{"too few", "<sn:s>", "s", nil, 1},
		{"an optional argument", "<s-nn?:s>", "sn", []int{1, 1, 0}, 2},
		{"the context takes the place of the first", "<s-n:s>", "n", []int{0, 1}, 1},
		{"the context does not, if the argument fits", "<x-s:x>", "ss", []int{1, 1}, 2},
		{"the context takes the place of an argument that fits another", "<s-s:s>", "s", []int{0, 1}, 1},
		{"one or more", "<a+>", "aan", []int{3}, 3},
		{"a choice", "<s-(sf)n?:s>", "sf", []int{1, 1, 0}, 2},
		{"any value but a function", "<afj?:j>", "aff", nil, 2},
	} {
		s, err := signature.Parse(row.signature)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int, len(s.Params))
		good, ok := s.Match([]byte(row.symbols), counts)
		if ok != (row.counts != nil) || ok && !slices.Equal(counts, row.counts) || good != row.good {
			t.Errorf("%s: %s for %s: %v, %d good, %v; want %v, %d", row.why, row.signature, row.symbols, counts, good, ok, row.counts, row.good)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, code := range map[string]string{"<s<n>:s>": "S0401", "<<n>>": "S0401", "<(a<n>s):s>": "S0402"} {
		_, err := signature.Parse(text)
		var fault *signature.Error
		if !errors.As(err, &fault) || fault.Code != code {
			t.Errorf("%s: error %v, want %s", text, err, code)
		}
	}
	for _, text := range []string{"", "<", "<>", "<-", "<?", "<(", "<a<", "<a<n", "<z>"} {
		if _, err := signature.Parse(text); err != nil {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestElements(t *testing.T) {
	s := signature.MustParse("<a<n>f<s:o>a:b>")
	if s.Params[0].Element != 'n' || s.Params[1].Element != 0 || s.Params[2].Element != 0 || !s.Params[2].Array {
		t.Errorf("%+v", s.Params)
	}
}
