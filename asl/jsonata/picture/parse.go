package picture

import (
	"math"
	"regexp"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// reader reads one kind of time by a regular expression with a group for each part.
type reader struct {
	pattern *regexp.Regexp
	parts   []*part
}

// nothing matches no text.
var nothing = regexp.MustCompile(`[^\x{0}-\x{10ffff}]`)

// readers keeps the readers of pictures. They do not change.
var readers = struct {
	sync.RWMutex
	known map[string]*reader
}{known: map[string]*reader{}}

// readerOf returns the reader of a picture.
func readerOf(picture string) *reader {
	readers.RLock()
	r := readers.known[picture]
	readers.RUnlock()
	if r != nil {
		return r
	}
	r = newReader(picture)
	readers.Lock()
	defer readers.Unlock()
	if len(readers.known) >= maxPictures {
		clear(readers.known)
	}
	readers.known[picture] = r
	return r
}

func newReader(picture string) *reader {
	parts := analyseTime(picture)
	var b strings.Builder
	b.WriteString("(?i)^")
	for _, p := range parts {
		b.WriteString("(" + p.pattern() + ")")
	}
	b.WriteString("$")
	pattern, err := regexp.Compile(b.String())
	if err != nil {
		pattern = nothing // a number with more than 1,000 digits
	}
	return &reader{pattern, parts}
}

// pattern returns the regular expression of a part.
func (p *part) pattern() string {
	switch {
	case p.component == 0:
		return regexp.QuoteMeta(p.literal)
	case p.component == 'Z' || p.component == 'z':
		pattern := "[-+][0-9]+"
		if p.component == 'z' {
			pattern = "GMT" + pattern
		}
		if s, ok := p.separator(); ok {
			pattern += regexp.QuoteMeta(string(s)) + "[0-9]+"
		}
		return pattern
	case p.integer != nil:
		return p.integer.pattern()
	case strings.IndexByte("MxFP", p.component) < 0:
		panic(fault.New("D3133", string(p.component)))
	}
	return "[a-zA-Z]+"
}

// separator is that between the hours and minutes of a zone.
func (p *part) separator() (rune, bool) {
	if p.integer == nil || p.integer.every == 0 {
		return 0, false
	}
	return p.integer.groups[0].separator, true
}

func (f *integerFormat) pattern() string {
	switch f.primary {
	case letters:
		return "[a-zA-Z]+"
	case roman:
		return "[mdclxviMDCLXVI]+"
	case words:
		names := make([]string, 0, len(wordValues))
		for name := range wordValues {
			names = append(names, name)
		}
		longestFirst(names)
		return "(?:" + strings.Join(names, "|") + "|and|[\\-, ])+"
	case sequence:
		panic(fault.New("D3130", f.text))
	}
	pattern := "[0-9]+"
	if f.width > 0 {
		pattern = "[0-9]{" + FormatInteger(float64(f.width), "0") + "}"
	}
	if f.ordinal {
		pattern += "(?:th|st|nd|rd)"
	}
	return pattern
}

// parseZone returns the offset of a zone in minutes.
func (p *part) parseZone(text string) float64 {
	if p.component == 'z' {
		text = text[3:]
	}
	if s, ok := p.separator(); ok {
		hours, minutes, _ := strings.Cut(text, string(s))
		return parseInt(hours)*60 + parseInt(minutes)
	}
	if len(text) <= 3 {
		return parseInt(text) * 60
	}
	return parseInt(text[:3])*60 + parseInt(text[3:])
}

// parse returns the value of a part's text. ok is false if it is no name of a month or day.
func (p *part) parse(text string) (v float64, ok bool) {
	switch {
	case p.component == 'Z' || p.component == 'z':
		return p.parseZone(text), true
	case p.integer != nil:
		return p.integer.parse(text), true
	}
	switch p.component {
	case 'P':
		half, ok := map[string]float64{"am": 0, "AM": 0, "pm": 1, "PM": 1}[text]
		return half, ok
	case 'F':
		return p.indexOf(text, days[1:])
	}
	return p.indexOf(text, months[:])
}

func (p *part) indexOf(text string, names []string) (float64, bool) {
	for i, name := range names {
		if p.max > 0 && len(name) > p.max {
			name = name[:p.max]
		}
		if name == text {
			return float64(i + 1), true
		}
	}
	return 0, false
}

// ParseTime reads a time by a picture and returns it in milliseconds since 1970. ok is false if the text does not fit the picture. What
// the picture leaves out before its first component is that of now; what it leaves out after its last is the least. A fault is a panic
// with a *fault.Fault.
func ParseTime(text, picture string, now time.Time) (millis float64, ok bool) {
	r := readerOf(picture)
	groups := r.pattern.FindStringSubmatch(text)
	if groups == nil {
		return 0, false
	}
	c := components{}
	for i, p := range r.parts {
		if p.component == 0 {
			continue
		}
		if v, ok := p.parse(groups[i+1]); ok {
			c[p.component] = v
		} else {
			c[p.component] = math.NaN()
		}
	}
	for component, v := range c {
		if math.IsNaN(v) {
			delete(c, component)
		}
	}
	if len(c) == 0 && !r.hasComponents() {
		return 0, false
	}
	return c.millis(now), true
}

func (r *reader) hasComponents() bool {
	for _, p := range r.parts {
		if p.component != 0 {
			return true
		}
	}
	return false
}
