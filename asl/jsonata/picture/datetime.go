package picture

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// part is a part of a picture of a time: a literal, or a component with the way in which it is written.
type part struct {
	literal   string
	component byte // 0: a literal
	names     bool
	letters   letterCase // of names
	integer   *integerFormat
	zulu      bool // UTC is written Z
	min, max  int  // of the width; 0: any
	digits    int  // the last digits of a year; 0: all
}

// presentations are how components are written by default.
var presentations = map[byte]string{
	'Y': "1", 'M': "1", 'D': "1", 'd': "1", 'F': "n", 'W': "1", 'w': "1", 'X': "1", 'x': "1", 'H': "1", 'h': "1", 'P': "n", 'm': "01",
	's': "01", 'f': "1", 'Z': "01:01", 'z': "01:01", 'C': "n", 'E': "n",
}

// iso is the picture that is used when there is none.
const iso = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

// pictures keeps the analysed pictures. They do not change, except that it is emptied when it is full.
var pictures = struct {
	sync.RWMutex
	parts map[string][]*part
}{parts: map[string][]*part{}}

const maxPictures = 256

func analysedTime(picture string) []*part {
	pictures.RLock()
	parts, ok := pictures.parts[picture]
	pictures.RUnlock()
	if ok {
		return parts
	}
	parts = analyseTime(picture)
	pictures.Lock()
	defer pictures.Unlock()
	if len(pictures.parts) >= maxPictures {
		clear(pictures.parts)
	}
	pictures.parts[picture] = parts
	return parts
}

func analyseTime(picture string) []*part {
	var parts []*part
	literal := func(text string) {
		if text != "" {
			parts = append(parts, &part{literal: strings.ReplaceAll(text, "]]", "]")})
		}
	}
	for {
		at := strings.IndexByte(picture, '[')
		if at < 0 {
			literal(picture)
			return parts
		}
		literal(picture[:at])
		picture = picture[at+1:]
		if strings.HasPrefix(picture, "[") {
			literal("[")
			picture = picture[1:]
			continue
		}
		marker, rest, ok := strings.Cut(picture, "]")
		if !ok {
			panic(fault.New("D3135", nil))
		}
		p := analyseMarker(strings.Join(strings.Fields(marker), ""))
		parts = append(parts, p)
		picture = rest
	}
}

// FormatTime writes a time, in milliseconds since 1970, by a picture; "" means ISO 8601. zone is as in "+0530"; "" means UTC. A fault
// is a panic with a *fault.Fault.
func FormatTime(millis float64, picture *string, zone string) string {
	hours, minutes := 0, 0
	if zone != "" {
		offset := parseInt(zone)
		if math.IsNaN(offset) || math.Abs(offset) > 1e6 {
			offset = 0
		}
		hours, minutes = int(math.Floor(offset/100)), int(offset)%100
	}
	text := iso
	if picture != nil {
		text = *picture
	}
	t := timeOf(millis).Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
	var b strings.Builder
	for _, p := range analysedTime(text) {
		switch p.component {
		case 0:
			b.WriteString(p.literal)
		case 'Z', 'z':
			b.WriteString(p.formatZone(hours, minutes))
		default:
			b.WriteString(p.format(t))
		}
	}
	return b.String()
}

// maxMillis is the latest time of JavaScript.
const maxMillis = 8.64e15

func timeOf(millis float64) time.Time {
	millis = max(-maxMillis, min(maxMillis, math.Trunc(millis)))
	return time.UnixMilli(int64(millis)).UTC()
}

func (p *part) format(t time.Time) string {
	switch p.component {
	case 'C', 'E':
		return "ISO"
	case 'P':
		return p.cased([...]string{"am", "pm"}[component(t, 'P')])
	}
	n := component(t, p.component)
	if !p.names {
		if p.integer == nil {
			return strconv.Itoa(n)
		}
		if p.digits > 0 && p.component == 'Y' {
			n %= int(math.Pow10(min(p.digits, 18)))
		}
		return p.integer.format(float64(n))
	}
	name := ""
	switch p.component {
	case 'M', 'x':
		name = months[n-1]
	case 'F':
		name = days[n]
	default:
		panic(fault.New("D3133", string(p.component)))
	}
	name = p.cased(name)
	if p.max > 0 && len(name) > p.max {
		name = name[:p.max]
	}
	return name
}

func (p *part) cased(text string) string {
	switch p.letters {
	case upperCase:
		return strings.ToUpper(text)
	case lowerCase:
		return strings.ToLower(text)
	}
	return text
}

func (p *part) formatZone(hours, minutes int) string {
	offset := hours*100 + minutes
	if offset == 0 && p.zulu {
		return "Z"
	}
	text := ""
	switch {
	case p.integer == nil:
		panic(fault.New("D3134", nil))
	case p.integer.every > 0:
		text = p.integer.format(float64(offset))
	case p.integer.mandatory == 0 || p.integer.mandatory > 4:
		panic(fault.New("D3134", p.integer.mandatory))
	case p.integer.mandatory <= 2:
		if text = p.integer.format(float64(hours)); minutes != 0 {
			text += ":" + FormatInteger(float64(minutes), "00")
		}
	default:
		text = p.integer.format(float64(offset))
	}
	if offset >= 0 {
		text = "+" + text
	}
	if p.component == 'z' {
		text = "GMT" + text
	}
	return text
}
