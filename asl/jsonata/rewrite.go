package jsonata

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/dop251/goja"
)

// Sources that replace parts of the library.
var (
	//go:embed javascript/limits.js
	limitsSource string
	//go:embed javascript/frame.js
	frameSource string
	//go:embed javascript/sequence.js
	sequenceSource string
	//go:embed javascript/flatten.js
	flattenSource string
	//go:embed javascript/signature.js
	signatureSource string
	//go:embed javascript/bridge.js
	bridgeSource string
)

// everywhere lists the changes to every occurrence of a text.
var everywhere = strings.NewReplacer(
	// Expressions of a state machine are never asynchronous: they need no promises and no job queue.
	"async function", "function",
	"async (", "(",
	"await ", "",
	"Promise.all(", "(",
	// Closures, the arguments object and hasOwnProperty are slow in this interpreter.
	"createSequence()", "emptySequence()",
	"createSequence = utils.createSequence;", "createSequence = utils.createSequence, emptySequence = utils.emptySequence;",
	"Object.prototype.hasOwnProperty.call(expr, 'predicate')", "expr.predicate !== undefined",
	"Object.prototype.hasOwnProperty.call(expr, 'group')", "expr.group !== undefined",
)

// once lists the changes to one place: put replaces the text from the start of from to the end of to.
var once = []struct{ from, to, put string }{
	{"    function emptySequence() {", "    /**\n", sequenceSource},
	{"        createSequence,\n", "", "        createSequence,\n        emptySequence,\n"},
	{"            result.forEach(function(res) {\n", "        return resultSequence;\n", flattenSource},
	{"    var staticFrame = createFrame(null);\n", "", frameSource + "    var staticFrame = createFrame(null);\n"},
	{"    function createFrame(enclosingEnvironment) {", "    // Function registration\n", "    // Function registration\n"},
	// Most arguments already match the function's signature.
	{"                args.forEach(function (arg) {\n", "                var isValid = ", signatureSource + "                var isValid = "},
	{"        var regex = new RegExp(regexStr);\n", "", "        var regex = new RegExp(regexStr), asTheyAre = Object.create(null);\n"},
	// A count of steps replaces the callbacks for debuggers. Operations that cost more than a step spend more.
	{"        var entryCallback = ", "        switch (expr.type) {\n", "        if (--steps < 0) spend(0);\n        switch (expr.type) {\n"},
	{"        var exitCallback = ", "        if(result && isSequence(result) && ", "        if(result && result.sequence === true && Array.isArray(result) && "},
	{"        result = new Array(size);\n", "", "        spend(size);\n        result = new Array(size);\n"},
	{"        return arg1.concat(arg2);\n", "", "        spend(arg1.length + arg2.length);\n        return arg1.concat(arg2);\n"},
	{"        result = lstr.concat(rstr);\n", "", "        spend((lstr.length + rstr.length) >> 6);\n        result = lstr.concat(rstr);\n"},
	{"            var padding = (new Array(padLength + 1)).join(char);\n", "", "            spend(padLength);\n            var padding = (new Array(padLength + 1)).join(char);\n"},
	{"                proc.token = procName;\n", "", "                touched.push(proc);\n                proc.token = procName;\n"},
	{"            next.position = result.body.procedure.position;\n", "", "            touched.push(next);\n            next.position = result.body.procedure.position;\n"},
	// A time without a zone is UTC on every machine.
	{"            return Date.parse(timestamp);\n", "", "            return Date.parse(/T/.test(timestamp) && !/(Z|[+-]\\d\\d:?\\d\\d)$/.test(timestamp) ? timestamp + 'Z' : timestamp);\n"},
	{"    jsonata.parser = parser;", "\n", bridgeSource},
}

// compile rewrites and compiles the library. readSource has already verified the source.
func compile(source string) (*goja.Program, error) {
	source = everywhere.Replace(source)
	for _, change := range once {
		var err error
		if source, err = splice(source, change.from, change.to, change.put); err != nil {
			return nil, err
		}
	}
	source = "(function(){" + limitsSource + "var module={exports:{}},exports=module.exports;" + source + "\nreturn module.exports})()"
	return goja.Compile("jsonata.js", source, false)
}

// splice replaces the text from the only occurrence of from to the end of the next to.
func splice(source, from, to, put string) (string, error) {
	if strings.Count(source, from) != 1 {
		return "", fmt.Errorf("jsonata: jsonata.js contains %q %d times, want 1", from, strings.Count(source, from))
	}
	start := strings.Index(source, from)
	tail := source[start+len(from):]
	end := strings.Index(tail, to)
	if end < 0 {
		return "", fmt.Errorf("jsonata: jsonata.js does not contain %q after %q", to, from)
	}
	return source[:start] + put + tail[end+len(to):], nil
}
