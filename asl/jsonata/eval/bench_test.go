package eval_test

import (
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/value"
)

// kinds are the kinds of expressions whose speed is measured, on an input of about 1 kB.
var kinds = []struct{ name, source string }{
	{"path", `order.customer.address.city`},
	{"path over an array", `order.items.price`},
	{"predicate", `order.items[price > 20].sku`},
	{"index", `order.items[-1].sku`},
	{"arithmetic", `(order.total - order.discount) * 1.19 + 4.9`},
	{"comparison", `order.total > 100 and order.customer.age >= 18`},
	{"construction", `{"id": order.id, "city": order.customer.address.city, "skus": [order.items.sku]}`},
	{"map", `$map(order.items, function($i) { $i.price * $i.quantity })`},
	{"filter", `$filter(order.items, function($i) { $i.quantity > 1 })`},
	{"reduce", `$reduce(order.items.price, function($a, $b) { $a + $b })`},
	{"sum", `$sum(order.items.(price * quantity))`},
	{"sort", `order.items^(>price).sku`},
	{"sort by function", `$sort(order.items, function($l, $r) { $l.price > $r.price })`},
	{"group-by", `order.items{category: $sum(price)}`},
	{"text", `$uppercase(order.customer.name) & "-" & $substring(order.id, 0, 3) & $join(order.items.sku, ",")`},
	{"regular expression", `$replace(order.customer.name, /(\w+) (\w+)/, "$2, $1")`},
	{"split", `$split(order.note, " ")`},
	{"date", `$fromMillis(order.created, "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z")`},
	{"parse date", `$toMillis(order.date, "[Y0001]-[M01]-[D01]")`},
	{"number format", `$formatNumber(order.total, "#,##0.00")`},
	{"variables", `($net := order.total - order.discount; $tax := $net * 0.19; $round($net + $tax, 2))`},
	{"string", `$string(order.customer)`},
	{"merge", `$merge([order.customer, {"vip": true}])`},
	{"transform", `order.customer ~> |address|{"city": "Bonn"}|`},
	{"recursion", `($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(5))`},
}

func benchmarkInput() any {
	var items []string
	for i, category := range []string{"book", "food", "book", "toy", "food", "book", "toy", "tool"} {
		items = append(items, fmt.Sprintf(`{"sku": "SKU-%04d", "price": %d.5, "quantity": %d, "category": %q}`, i, 10+i*7%40, 1+i%3, category))
	}
	v, err := value.DecodeString(`{"order": {"id": "A-1042", "created": 1767323045006, "date": "2026-01-02", "total": 310.75, "discount": 12.5, "note": "leave it at the back door please and ring twice", "customer": {"name": "Ada Lovelace",
		"age": 36, "email": "ada@example.org", "address": {"street": "Main Street 1", "city": "London", "zip": "W1", "country": "GB"}}, "items": [` + strings.Join(items, ", ") + `]}}`)
	if err != nil {
		panic(err)
	}
	return v
}

// BenchmarkKinds measures evaluations of each kind.
func BenchmarkKinds(b *testing.B) {
	input := benchmarkInput()
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			program, err := eval.Compile(kind.source)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, defined, err := program.Eval(input, eval.Options{}); err != nil || !defined {
					b.Fatal(defined, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evals/s")
		})
	}
}

// BenchmarkKindsInNode measures the same with the npm package in Node.
func BenchmarkKindsInNode(b *testing.B) {
	npm := startOracle(b)
	input := benchmarkInput()
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			speed, ok := npm.measure(b, kind.source, input)
			if !ok {
				b.Fatal("no answer")
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(speed, "evals/s")
		})
	}
}

// BenchmarkCompile measures parsing.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		for _, kind := range kinds {
			if _, err := eval.Compile(kind.source); err != nil {
				b.Fatal(err)
			}
		}
	}
}
