package jsonpath_test

import (
	"clinical-risk-pipeline/asl/value"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/jsonpath"
)

const document = `{
	"trial": "T-1", "threshold": 0.75, "none": null, "a b": 1, "o'clock": 12, "back\\slash": 3,
	"subjects": [
		{"id": "S1", "risk": 0.9, "site": "A", "visits": [3, 1, 2], "tags": ["x", "y"]},
		{"id": "S2", "risk": 0.75, "site": "B", "visits": [], "tags": []},
		{"id": "S3", "risk": "0.9", "site": "A", "exit": {"reason": "adverse event", "day": 31}},
		{"id": "S4", "site": null, "visits": [5]}],
	"matrix": [[1, 2], [3, 4], [5]]}`

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := value.DecodeString(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGetFindsWhatJaywayFinds(t *testing.T) {
	root := decode(t, document)
	for _, test := range []struct{ reason, path, want string }{
		{"the root", `$.trial`, `"T-1"`},
		{"a name in brackets", `$['trial']`, `"T-1"`},
		{"a name with a blank needs brackets", `$["a b"]`, `1`},
		{"the escapes in a name are kept, as on AWS", `$['back\slash']`, `3`},
		{"null is a value", `$.none`, `null`},
		{"an index", `$.subjects[1].id`, `"S2"`},
		{"an index from the back", `$.subjects[-1].id`, `"S4"`},
		{"indices of indices", `$.matrix[1][0]`, `3`},
		{"a wildcard skips what lacks the name", `$.subjects[*].risk`, `[0.9,0.75,"0.9"]`},
		{"a wildcard visits the members of objects in their order", `$.subjects[2].exit.*`, `["adverse event",31]`},
		{"a wildcard of a scalar finds nothing", `$.trial.*`, `[]`},
		{"a union of indices", `$.subjects[0,2].id`, `["S1","S3"]`},
		{"a union skips indices outside the array", `$.subjects[0,9].id`, `["S1"]`},
		{"a union of names makes an object", `$.subjects[2].exit['reason','day','none']`, `{"reason":"adverse event","day":31}`},
		{"a union of names inside a path visits each", `$['trial','subjects'][0].id`, `["S1"]`},
		{"a slice", `$.subjects[1:3].id`, `["S2","S3"]`},
		{"a slice to the end", `$.subjects[2:].id`, `["S3","S4"]`},
		{"a slice from the start", `$.subjects[:2].id`, `["S1","S2"]`},
		{"the last two", `$.subjects[-2:].id`, `["S3","S4"]`},
		{"all but the last", `$.subjects[:-1].id`, `["S1","S2","S3"]`},
		{"a slice between ends counted from the back", `$.subjects[-3:-1].id`, `["S2","S3"]`},
		{"Jayway ignores a step", `$.subjects[0:4:2].id`, `["S1","S2","S3","S4"]`},
		{"a slice beyond the end", `$.subjects[3:99].id`, `["S4"]`},
		{"a name anywhere", `$..day`, `[31]`},
		{"arrays anywhere", `$.matrix..[0]`, `[[1,2],1,3,5]`},
		{"everything below", `$.matrix[2]..*`, `[5]`},
		{"a filter by order", `$.subjects[?(@.risk > 0.75)].id`, `["S1"]`},
		{"a filter by order excludes the limit", `$.subjects[?(@.risk < 0.75)].id`, `[]`},
		{"texts have an order", `$.subjects[?(@.id >= 'S3')].id`, `["S3","S4"]`},
		{"values of different types have no order", `$.subjects[?(@.id > 1)].id`, `[]`},
		{"a filter by equality, in which a text equals its number", `$.subjects[?(@.risk == 0.9)].id`, `["S1","S3"]`},
		{"=== compares types, too", `$.subjects[?(@.risk === 0.9)].id`, `["S1"]`},
		{"a missing value is unequal", `$.subjects[?(@.risk != 0.75)].id`, `["S1","S3","S4"]`},
		{"null equals null, a missing value does not", `$.subjects[?(@.site == null)].id`, `["S4"]`},
		{"a single path tests for existence", `$.subjects[?(@.exit)].id`, `["S3"]`},
		{"a negated path tests for absence", `$.subjects[?(!@.risk)].id`, `["S4"]`},
		{"and binds tighter than or", `$.subjects[?(@.id == 'S4' || @.site == 'A' && @.risk >= 0.9)].id`, `["S1","S4"]`},
		{"brackets group", `$.subjects[?((@.id == 'S4' || @.site == 'A') && !(@.exit))].id`, `["S1","S4"]`},
		{"a filter refers to the document", `$.subjects[?(@.risk <= $.threshold)].id`, `["S2"]`},
		{"a regular expression matches as a whole", `$.subjects[?(@.exit.reason =~ /ADVERSE.*/i)].id`, `["S3"]`},
		{"a regular expression does not match a part", `$.subjects[?(@.exit.reason =~ /adverse/)].id`, `[]`},
		{"escapes in a text", `$.subjects[?(@.id == "\u0053\u0031" || @.id == 'S\'2')].id`, `["S1"]`},
		{"more escapes", `$.subjects[?('a\n\\"' == "a\u000A\\\"")].id`, `["S1","S2","S3","S4"]`},
		{"a regular expression on a list matches any of it", `$.subjects[?(@.tags =~ /Y/i)].id`, `["S1"]`},
		{"a regular expression on a number", `$.subjects[?(@.risk =~ /0\.9/)].id`, `["S1","S3"]`},
		{"objects compare by value", `$.subjects[?(@.exit == {"reason": 'adverse event', "day": 31})].id`, `["S3"]`},
		{"in", `$.subjects[?(@.id in ['S1', "S4"])].id`, `["S1","S4"]`},
		{"nin", `$.subjects[?(@.site nin ['A', 'B'])].id`, `["S4"]`},
		{"contains", `$.subjects[?(@.tags contains 'y')].id`, `["S1"]`},
		{"contains, of a text", `$.subjects[?(@.exit.reason contains 'event')].id`, `["S3"]`},
		{"size", `$.subjects[?(@.visits size 3)].id`, `["S1"]`},
		{"empty", `$.subjects[?(@.tags empty true)].id`, `["S2"]`},
		{"the size of a text", `$.subjects[?(@.site size 1)].id`, `["S1","S2","S3"]`},
		{"an empty text", `$.subjects[?(@.site empty false)].id`, `["S1","S2","S3"]`},
		{"an empty object", `$.subjects[?(@.exit empty false)].id`, `["S3"]`},
		{"subsetof", `$.subjects[?(@.tags subsetof ['x', 'y', 'z'])].id`, `["S1","S2"]`},
		{"anyof", `$.subjects[?(@.tags anyof ['y'])].id`, `["S1"]`},
		{"noneof", `$.subjects[?(@.tags noneof ['y'])].id`, `["S2"]`},
		{"all", `$.subjects[?(@.tags all ['x', 'y'])].id`, `["S1"]`},
		{"a filter at any depth finds each object once", `$..[?(@.day > 30)].reason`, `["adverse event"]`},
		{"a filter on an object keeps or drops it", `$.subjects[2].exit[?(@.day == 31)].reason`, `["adverse event"]`},
		{"a function in a filter", `$.subjects[?(@.visits.length() > 0)].id`, `["S1","S4"]`},
		{"lists compare by value", `$.subjects[?(@.visits == [3, 1, 2])].id`, `["S1"]`},
		{"all items of what is missing", `$.nothing[*]`, `[]`},
		{"all members of what is missing", `$.nothing.*`, `[]`},
		{"a slice of what is missing", `$.nothing[0:1]`, `[]`},
		{"names below a wildcard of what is missing", `$.nothing.deep[*].id`, `[]`},
		{"a name below a slice of what is missing", `$.subjects[0].nothing[1:].id`, `[]`},
		{"a filter of what is missing", `$.nothing[?(@.a == 1)]`, `[]`},
		{"a recursive descent of what is missing", `$.nothing..id`, `[]`},
		{"a union of indices of what is missing", `$.nothing[0,1]`, `[]`},
		{"a wildcard of an object without members", `$.subjects[0][*].nothing`, `[]`},
		{"a text without quotes", `$.subjects[?(@.id==S1)].id`, `["S1"]`},
		{"blanks around a text without quotes", `$.subjects[?( @.id == S1 )].id`, `["S1"]`},
		{"a text without quotes may have blanks", `$.subjects[?(@.exit.reason==adverse event)].id`, `["S3"]`},
		{"a text without quotes ends before an operator", `$.subjects[?(@.site==A && @.id!=S1 || @.id == S4)].id`, `["S3","S4"]`},
		{"a text without quotes in brackets", `$.subjects[?((@.site==A) && (@.id==S3))].id`, `["S3"]`},
		{"a text without quotes is compared by order, too", `$.subjects[?(@.id>=S3)].id`, `["S3","S4"]`},
		{"a text without quotes may look like a regular expression", `$.subjects[?(@.id == /trial/S1)].id`, `[]`},
		{"a text equals the boolean that it spells", `$.subjects[?('true' == true && false == 'false' && 'x' != true)].id`, `["S1","S2","S3","S4"]`},
		{"the last item by a script", `$.subjects[(@.length-1)].id`, `"S4"`},
		{"a script with blanks and the other name", `$.matrix[( @.size() - 2 )][0]`, `3`},
		{"blanks at the end", "$.trial \t", `"T-1"`},
		{"length", `$.subjects.length()`, `4`},
		{"length of an argument", `$.length($.matrix)`, `3`},
		{"sum", `$.subjects[0].visits.sum()`, `6`},
		{"avg, with arguments", `$.subjects[0].visits.avg(6)`, `3`},
		{"min", `$.subjects[0].visits.min()`, `1`},
		{"max", `$.subjects[0].visits.max()`, `3`},
		{"standard deviation", `$.matrix[0].stddev()`, `0.5`},
		{"a function gets all values of a recursive descent", `$..day.sum()`, `31`},
		{"keys", `$.subjects[2].exit.keys()`, `["reason","day"]`},
		{"first", `$.matrix[1].first()`, `3`},
		{"last", `$.matrix[1].last()`, `4`},
		{"index", `$.matrix[0].index(-1)`, `2`},
	} {
		path, err := jsonpath.Parse(test.path)
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		got, err := path.Get(root)
		if err != nil {
			t.Errorf("%s: %s: %v", test.reason, test.path, err)
		} else if encode(t, got) != test.want {
			t.Errorf("%s: %s finds %s, want %s", test.reason, test.path, encode(t, got), test.want)
		}
		if _, isList := got.([]any); path.IsDefinite() != !strings.HasPrefix(test.want, "[") && isList == path.IsDefinite() && test.path != `$.subjects[2].exit.keys()` {
			t.Errorf("%s: IsDefinite says %v", test.path, path.IsDefinite())
		}
	}
}

func TestGetFindsNothing(t *testing.T) {
	root := decode(t, document)
	for _, test := range []struct{ reason, path, want string }{
		{"the last name is missing", `$.trial2`, `No results for path: $['trial2']`},
		{"a name on the way is missing", `$.exit.reason`, `Missing property in path $['exit']`},
		{"a name deeper on the way is missing", `$.subjects[0].exit.reason.text`, `Missing property in path $['subjects'][0]['exit']`},
		{"a name of a scalar", `$.trial.name`, `Expected to find an object with property ['name'] in path $['trial'] but found a value of type string`},
		{"a name of null", `$.none.name`, `Expected to find an object with property ['name'] in path $['none'] but found a value of type null`},
		{"a name of an array", `$.matrix.name`, `Expected to find an object with property ['name'] in path $['matrix'] but found a value of type array`},
		{"an index outside", `$.matrix[3]`, `No results for path: $['matrix'][3]`},
		{"an index of an object", `$.subjects[0][0]`, `Filter: [0] can only be applied to arrays, but $['subjects'][0] holds a value of type object`},
		{"a name of a scalar on the way of an indefinite path", `$.trial.nothing[*].id`, `Expected to find an object with property ['nothing'] in path $['trial'] but found a value of type string`},
		{"a slice of an object", `$[1:]`, `Filter: [1:] can only be applied to arrays, but $ holds a value of type object`},
		{"a script without an array", `$[(@.length-1)]`, `Filter: [(@.length-1)] can only be applied to arrays, but $ holds a value of type object`},
		{"a script outside the array", `$.matrix[(@.length-9)]`, `No results for path: $['matrix'][(@.length-9)]`},
		{"the message does not quote values", `$.subjects[0].id.x`, `Expected to find an object with property ['x'] in path $['subjects'][0]['id'] but found a value of type string`},
	} {
		path, err := jsonpath.Parse(test.path)
		if err != nil {
			t.Fatal(err)
		}
		var missing *jsonpath.NotFoundError
		if _, err := path.Get(root); !errors.As(err, &missing) || missing.Reason != test.want {
			t.Errorf("%s: %s: got %v, want %s", test.reason, test.path, err, test.want)
		}
	}
}

func TestLargeIntegersStayAsTheyAre(t *testing.T) {
	root := value.NewObject(2).With("n", json.Number("12345678901234567890")).With("list", []any{json.Number("9007199254740993")})
	for path, want := range map[string]string{"$.n": "12345678901234567890", "$.list[?(@ > 1)]": "[9007199254740993]"} {
		parsed, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsed.Get(root); err != nil || encode(t, got) != want {
			t.Errorf("%s: got %s (error %v)", path, encode(t, got), err)
		}
	}
}

// Every ..* multiplies the visits. Without a limit this would run for hours.
func TestGetIsBounded(t *testing.T) {
	var nested any = 1.0
	for range 12 {
		nested = []any{nested, nested, value.NewObject(1).With("a", nested)}
	}
	for _, source := range []string{"$..*..*..*", "$..[?(@..*..*)]", "$..[?(@..[?(@..*)])]"} {
		path, err := jsonpath.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := path.Get(nested); err == nil || !strings.Contains(err.Error(), "visits more than") {
			t.Errorf("%s: got %v", source, err)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{`$.a['b'][0]`, `$..*`, `$[?(@.a =~ /x/i && !(@.b in [1, 'a', {"c": null}]))]`, `$.a[-2:,1]`, `$.sum($.a, 1).index(0)`, `$$.a`, `$x[1:2:3]`} {
		f.Add(seed, `{"a": [1, {"b": "x"}]}`)
	}
	f.Fuzz(func(t *testing.T, source, document string) {
		path, err := jsonpath.Parse(source)
		if err != nil {
			return
		}
		root, err := value.DecodeString(document)
		if err != nil {
			return
		}
		before := encode(t, root)
		found, err := path.Get(root)
		if err == nil && path.IsReference() {
			if changed, err := path.Set(root, "new"); err != nil {
				t.Errorf("%s finds %v in %s, but cannot write there: %v", source, found, document, err)
			} else if got, err := path.Get(changed); err != nil || got != "new" {
				t.Errorf("%s wrote to %s, but then finds %v (error %v)", source, document, got, err)
			}
		}
		if encode(t, root) != before {
			t.Errorf("%s changed %s", source, document)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	root := decode(b, document)
	for _, source := range []string{"$.subjects[2].exit.reason", "$.subjects[?(@.risk > 0.75)].id", "$..id"} {
		b.Run(source, func(b *testing.B) {
			path, err := jsonpath.Parse(source)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := path.Get(root); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
