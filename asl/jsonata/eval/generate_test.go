package eval_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// document is the input of random expressions.
const document = `{"id": "S-01", "n": 3, "x": -2.5, "t": true, "z": null, "s": "Weight, loss; 12 kg", "e": [], "one": [7], "nums": [3, 1, 2, 2], "texts": ["b", "a", "ä"],
 "nested": [[1, 2], [3], []], "mixed": [1, "a", null, true, {"k": 1}], "o": {"b": 1, "a": {"c": [1, 2]}},
 "visits": [{"n": 1, "day": 3, "tag": "a", "labs": [{"c": "hb", "v": 13.5}, {"c": "na", "v": 140}]}, {"n": 2, "tag": "b", "labs": {"c": "hb", "v": 12}}, {"n": 3, "day": 31, "tag": "a", "labs": []}]}`

// generator makes random expressions that mostly make sense.
type generator struct {
	*rand.Rand
	vars []string
}

func (g *generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g *generator) name() string {
	return g.pick("id", "n", "x", "t", "z", "s", "e", "one", "nums", "texts", "nested", "mixed", "o", "visits", "visits", "visits", "labs", "day", "tag", "c", "v", "a", "b", "none")
}

func (g *generator) literal() string {
	return g.pick("0", "1", "2", "-1", "1.5", "10", `"a"`, `"b"`, `""`, `"hb"`, "true", "false", "null", "[]", "{}", "[1,2]", `["a"]`, `"12"`, `{"a":1}`)
}

// expression returns an expression of at most a depth.
func (g *generator) expression(depth int) string {
	if depth <= 0 || g.IntN(8) == 0 {
		return g.leaf()
	}
	d := depth - 1
	switch g.IntN(22) {
	case 0, 1, 2, 3, 4:
		return g.path(d)
	case 5:
		return g.expression(d) + g.pick(" + ", " - ", " * ", " / ", " % ") + g.expression(d)
	case 6:
		return g.expression(d) + g.pick(" = ", " != ", " < ", " <= ", " > ", " >= ", " in ", " and ", " or ", " & ") + g.expression(d)
	case 7:
		return "[" + g.list(d, 3) + "]" + g.pick("", "", "[0]", ".a", "[]")
	case 8:
		return "{" + g.pick(`"a"`, `"b"`, g.name()) + ": " + g.expression(d) + `, "k": ` + g.expression(d) + "}" + g.pick("", "", ".k", ".*")
	case 9:
		return "(" + g.expression(d) + g.pick(" ? ", " ? ") + g.expression(d) + " : " + g.expression(d) + ")"
	case 10:
		return g.block(d)
	case 11, 12, 13, 14, 15:
		return g.call(d)
	case 16:
		return g.higher(d)
	case 17:
		return "[" + g.pick("1", "n", "0") + ".." + g.pick("3", "n", "2") + "]" + g.pick("", ".("+g.expression(d)+")")
	case 18:
		return "(" + g.expression(d) + ")" + g.step(d)
	case 19:
		return g.pick("$", "o", "visits") + " ~> |" + g.path(1) + "|" + g.pick(`{"q": n}`, g.expression(1)) + g.pick("", `, "tag"`, `, ["n", "a"]`) + "|"
	case 20:
		return g.expression(d) + " ~> " + g.pick("$sum", "$count", "$string", "$sum()", "$join(',')", "$append(1)", "$sort", "$uppercase", "function($q){$q}", "$keys ~> $count")
	}
	return "-" + g.expression(d)
}

func (g *generator) leaf() string {
	if len(g.vars) > 0 && g.IntN(3) == 0 {
		return "$" + g.pick(g.vars...)
	}
	return g.pick(g.literal(), g.name(), g.name(), "$", "$$", g.name())
}

func (g *generator) list(depth, most int) string {
	items := make([]string, 1+g.IntN(most))
	for i := range items {
		items[i] = g.expression(depth)
	}
	return strings.Join(items, ", ")
}

func (g *generator) path(depth int) string {
	path := g.pick("visits", "visits", "$", "o", "nested", "mixed", "labs", g.name(), "$$", "*", "**", "(visits)", "[visits]", "nums", "texts")
	for range 1 + g.IntN(3) {
		path += g.step(depth)
	}
	return path
}

func (g *generator) step(depth int) string {
	if depth < 1 {
		return "." + g.name()
	}
	d := depth - 1
	switch g.IntN(16) {
	case 0, 1, 2, 3, 4:
		return "." + g.name()
	case 5:
		return "[" + g.pick("0", "1", "-1", "[0,1]", "n > 1", `c = "hb"`, "$ > 1", "tag", "1.7") + "]"
	case 6:
		return "[" + g.expression(d) + "]"
	case 7:
		return ".(" + g.expression(d) + ")"
	case 8:
		return "." + g.pick("*", "**", "$", "$string()", "[n, tag]", `{"k": n}`, "[tag]", "labs[]", "labs.c[]")
	case 9:
		return "^(" + g.pick("<", ">", "") + g.pick("n", "day", "tag", "$", "c", g.expression(d)) + g.pick("", ", n", ", >tag") + ")"
	case 10:
		return "{" + g.pick("tag", "c", "$string(n)", g.expression(d)) + ": " + g.pick("$", "n", "$count($)", "v", g.expression(d)) + "}"
	case 11:
		return "#$i" + g.pick("[$i > 0]", "."+g.name(), ".($i)", `.{"i": $i, "n": n}`, "^(>n).($i)")
	case 12:
		return "@$w" + g.pick(".($w.n)", ".labs.($w.tag & c)", "[$w.n > 1]", `.{"w": $w}`, "#$j.($j)")
	case 13:
		return ".labs" + g.pick(".%.n", ".(%.tag)", ".c.%.%.n", `[%.n = 1]`, `.{"t": %.tag, "c": c}`, "[v > 13].%.tag")
	}
	return g.pick("[]", "[]", ".n", ".labs")
}

func (g *generator) block(depth int) string {
	name := fmt.Sprint("v", len(g.vars))
	value := g.expression(depth)
	g.vars = append(g.vars, name)
	defer func() { g.vars = g.vars[:len(g.vars)-1] }()
	return "($" + name + " := " + value + "; " + g.expression(depth) + ")"
}

// lambda returns a function with one to three parameters.
func (g *generator) lambda(depth int) string {
	n := 1 + g.IntN(3)
	names := []string{"p", "q", "r"}[:n]
	g.vars = append(g.vars, names...)
	defer func() { g.vars = g.vars[:len(g.vars)-n] }()
	return "function($" + strings.Join(names, ", $") + ")" + g.pick("", "", "", "<n:n>", "<s-:s>", "<a<n>:n>", "<x?x?:x>") + "{" + g.expression(depth) + "}"
}

func (g *generator) higher(depth int) string {
	f := g.pick(g.lambda(depth), g.lambda(depth), "$string", "$sum", "$count", "$uppercase(?)", "$append(?, 2)", "$exists", "$not")
	switch g.IntN(8) {
	case 0, 1:
		return "$map(" + g.expression(depth) + ", " + f + ")"
	case 2:
		return "$filter(" + g.expression(depth) + ", " + f + ")"
	case 3:
		return "$reduce(" + g.expression(depth) + ", function($p, $q){" + g.pick("$p + $q", "$append($p, $q)", "$p & $q") + "}" + g.pick("", ", 0", ", []", `, ""`) + ")"
	case 4:
		return "$sift(" + g.pick("$", "o", "visits[0]", g.expression(depth)) + ", " + f + ")"
	case 5:
		return "$each(" + g.pick("$", "o", "visits[0]", g.expression(depth)) + ", " + f + ")"
	case 6:
		return "$single(" + g.expression(depth) + ", " + f + ")"
	}
	return "$sort(" + g.expression(depth) + g.pick("", ", function($l, $r){$l > $r}", ", function($l, $r){$l.n < $r.n}") + ")"
}

func (g *generator) call(depth int) string {
	a := func() string { return g.expression(depth) }
	text := func() string {
		return g.pick("s", "id", `"a-b-c"`, `"äöü😀x"`, "texts[0]", `" a  b "`, g.expression(depth))
	}
	number := func() string {
		return g.pick("n", "x", "1234.5678", "-0.5", "2.5", "1e10", "0", "nums[0]", "123456789", g.expression(depth))
	}
	regex := func() string {
		return g.pick("/[a-z]+/", "/l(o)(s)?/i", `/\d+/`, "/(a|b)/", "/ /", `/[^ ,;]/`, "/x*?y/", `/\bk/`, "/(?=l)lo/", "/o/m", "/^w/i")
	}
	switch g.IntN(34) {
	case 0:
		return "$substring(" + text() + ", " + g.pick("0", "1", "-2", "-20", "30", "1.7") + g.pick("", ", 1", ", 2", ", -1", ", 0") + ")"
	case 1:
		return g.pick("$substringBefore", "$substringAfter") + "(" + text() + ", " + g.pick(`"-"`, `","`, `""`, text()) + ")"
	case 2:
		return g.pick("$lowercase", "$uppercase", "$length", "$trim", "$base64encode", "$encodeUrl", "$encodeUrlComponent", "$number", "$decodeUrl", "$exists", "$type", "$not", "$boolean") + "(" + text() + ")"
	case 3:
		return "$pad(" + text() + ", " + g.pick("5", "-5", "0", "30") + g.pick("", `, "#"`, `, "xy"`, `, ""`) + ")"
	case 4:
		return "$split(" + text() + ", " + g.pick(`" "`, `""`, `","`, regex()) + g.pick("", ", 2", ", 0", ", -1") + ")"
	case 5:
		return "$replace(" + text() + ", " + g.pick(regex(), regex(), regex()) + ", " + g.pick(`"$0!"`, `"[$1$2]"`, `"$$"`, `"$5x"`, "function($m){$m.match & $m.start}", `""`) + g.pick("", ", 1", ", 0") + ")"
	case 6:
		return "$match(" + text() + ", " + regex() + g.pick("", ", 1", ", 0") + ")" + g.pick("", ".match", ".groups", ".index")
	case 7:
		return "$contains(" + text() + ", " + g.pick(`"a"`, `""`, regex(), regex()) + ")"
	case 8:
		return g.pick("$sum", "$max", "$min", "$average", "$count") + "(" + g.pick("nums", "visits.n", "visits.labs.v", "one", "e", "none", "mixed", a()) + ")"
	case 9:
		return "$join(" + g.pick("texts", "visits.tag", "none", a()) + g.pick("", `, "-"`, ", n") + ")"
	case 10:
		return g.pick("$floor", "$ceil", "$round", "$abs", "$sqrt", "$string", "$boolean", "$not", "$number", "$formatBase") + "(" + number() + ")"
	case 11:
		return "$round(" + number() + ", " + g.pick("0", "1", "2", "-1", "-2") + ")"
	case 12:
		return "$power(" + number() + ", " + g.pick("2", "0.5", "-1", "0", "100") + ")"
	case 13:
		return "$formatBase(" + number() + ", " + g.pick("2", "16", "36", "1", "10.4") + ")"
	case 14:
		return "$formatNumber(" + number() + ", " + g.quoted("#,##0.00", "0.0##", "#", "00.000e0", "#0%", "#.##;(#.##)", "0,0,0", "##,##,##0.0", "x#y", "#.", ".0", "0#", "#,#00.0#,#", "", "0.0;", "000", "##0.0e00") + ")"
	case 15:
		return "$formatInteger(" + g.pick("0", "1", "7", "12", "99", "123", "4000", "1234567", "-5", "21", "100000000000", number()) + ", " + g.quoted("w", "W", "Ww", "w;o", "0", "000", "#,##0", "0;o", "I", "i", "A", "a", "#:##0", "١", "x", "#,##,##0", "Ww;o", "001;o") + ")"
	case 16:
		return "$parseInteger(" + g.quoted("12", "twelve", "one hundred and one", "XIV", "ab", "AB", "1,234", "twenty-first", "3rd", "iv", "zero", "two thousand", "one million, two hundred") + ", " + g.quoted("w", "0", "#,##0", "I", "i", "w;o", "0;o") + ")"
	case 17:
		return "$fromMillis(" + g.pick("0", "1234567890123", "-1e12", "1704067199999", "951782400000", "1582934400000", "n * 86400000") + ", " + g.timePicture() + g.pick("", `, "+0200"`, `, "-0500"`, `, "+0530"`) + ")"
	case 18:
		return "$toMillis(" + g.quoted("2018-02-03", "2018", "2018-02-03T04:05:06Z", "2018-02-03T04:05:06.789+01:00", "x", "2018-13-01", "2018-02", "2019-01-01T00:00:00.1Z", "20180203", "2020-02-30") + ")"
	case 19:
		return "$toMillis(" + g.quoted("2018-02-03", "3 Feb 2018", "03/02/2018 10:11 pm", "2018-034", "3rd February 2018", "2018-W05-6", "February 2018", "20180203", "10:11:12.5 +01:00") + ", " +
			g.quoted("[Y0001]-[M01]-[D01]", "[D] [MNn,*-3] [Y]", "[D01]/[M01]/[Y0001] [h]:[m] [P]", "[Y0001]-[d001]", "[D1o] [MNn] [Y]", "[X]-W[W01]-[F]", "[MNn] [Y]", "[Y0001][M01][D01]", "[H]:[m]:[s].[f] [Z]", "[Dw]") + ")"
	case 20:
		return "$append(" + a() + ", " + a() + ")"
	case 21:
		return g.pick("$reverse", "$distinct", "$keys", "$spread", "$merge", "$count", "$exists", "$type", "$string", "$boolean", "$not", "$clone") + "(" + a() + ")"
	case 22:
		return "$zip(" + g.list(depth, 3) + ")"
	case 23:
		return "$lookup(" + a() + ", " + g.pick(`"n"`, `"k"`, `"tag"`, a()) + ")"
	case 24:
		return "$string(" + a() + g.pick("", ", true") + ")"
	case 25:
		return "$eval(" + g.quoted("1+1", "n", "[1", "$sum([1,2])", `n & n`, "$x") + g.pick("", ", visits") + ")"
	case 26:
		return "$error(" + g.pick("", `"no"`) + ")"
	case 27:
		return "$assert(" + a() + `, "bad")`
	case 28:
		return g.lambda(depth) + "(" + g.list(depth, 3) + ")"
	case 29:
		return g.pick("$nosuch", "sum", "o.a", "n", "$sum") + "(" + a() + ")"
	case 30:
		return regex() + "(" + g.pick("s", "id") + ")" + g.pick("", ".match", ".next().match")
	}
	return g.pick("$string", "$count", "$exists", "$type", "$keys", "$sum", "$distinct", "$number", "$length") + "(" + a() + ")"
}

func (g *generator) timePicture() string {
	if g.IntN(3) == 0 {
		return g.quoted("[Y]-[M]-[D]", "[H01]:[m01]:[s01].[f001]", "[FNn], [D1o] [MNn] [Y]", "[h]:[m] [P]", "[[x]] [D#1]", "[X0001]-W[W01]-[F1]", "[d]", "[w] [x] [xNn]", "[Q]", "[Y")
	}
	var b strings.Builder
	for range 1 + g.IntN(4) {
		b.WriteString("[" + g.pick("Y", "M", "D", "d", "F", "W", "w", "X", "x", "H", "h", "P", "m", "s", "f", "Z", "z", "C", "E") +
			g.pick("", "", "01", "0001", "1", "N", "n", "Nn", "I", "i", "w", "W", "Ww", "1o", "wo", "A", "#1", "9,999", "t", "01:01", "0101") +
			g.pick("", "", ",2", ",2-2", ",*-3", ",3-3", ",*-2", ",4") + "]" + g.pick("", " ", "-", "]]", ":"))
	}
	return g.quoted(b.String())
}

func (g *generator) quoted(options ...string) string { return `"` + g.pick(options...) + `"` }
