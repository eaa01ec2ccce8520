package picture

import (
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// analyseMarker analyses what is between brackets.
func analyseMarker(marker string) *part {
	p := &part{}
	if marker == "" {
		panic(fault.New("D3132", ""))
	}
	p.component = marker[0]
	presentation := marker[1:]
	hasWidth := false
	if comma := strings.LastIndexByte(marker, ','); comma > 0 {
		hasWidth = true
		least, most, _ := strings.Cut(marker[comma+1:], "-")
		p.min, p.max = width(least), width(most)
		presentation = marker[1:comma]
	}
	modifier := byte(0)
	if n := len(presentation); n > 1 && strings.IndexByte("atco", presentation[n-1]) >= 0 {
		modifier, presentation = presentation[n-1], presentation[:n-1]
	}
	if presentation == "" {
		var ok bool
		if presentation, ok = presentations[p.component]; !ok {
			panic(fault.New("D3132", marker[:1]))
		}
	}
	p.zulu = modifier == 't'
	p.present(presentation, modifier, hasWidth)
	return p
}

func width(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// present sets how the component is written.
func (p *part) present(presentation string, modifier byte, hasWidth bool) {
	switch {
	case presentation[0] == 'n':
		p.names, p.letters = true, lowerCase
		return
	case presentation[0] == 'N':
		p.names, p.letters = true, upperCase
		if strings.HasPrefix(presentation, "Nn") {
			p.letters = titleCase
		}
		return
	case strings.IndexByte("YMDdFWwXxHhmsf", p.component) >= 0:
		if modifier != 0 {
			presentation += ";" + string(modifier)
		}
		p.integer = analyseInteger(presentation)
		if hasWidth && p.integer.primary == decimal {
			p.integer.mandatory = max(p.integer.mandatory, p.min)
		}
		if strings.IndexByte("YMD", p.component) >= 0 {
			p.limit()
		}
	case p.component == 'Z' || p.component == 'z':
		p.integer = analyseInteger(presentation)
	}
}

// limit limits the digits of a year, and sets how many digits of a year, month or day are read.
func (p *part) limit() {
	if p.max > 0 {
		p.digits, p.integer.mandatory = p.max, p.max
	} else if n := p.integer.mandatory + p.integer.optional; n >= 2 {
		p.digits = n
	}
	if p.integer.optional == 0 {
		p.integer.width = p.digits
	}
}
