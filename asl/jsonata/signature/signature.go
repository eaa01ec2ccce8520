// Package signature reads and matches the signatures of JSONata's functions, such as "<s-nn?:s>"
// (https://docs.jsonata.org/embedding-extending#function-signature-syntax).
package signature

import (
	"strings"
)

// Symbols of values' types. Missing is the symbol of undefined.
const (
	String   = 's'
	Number   = 'n'
	Boolean  = 'b'
	Null     = 'l'
	List     = 'a'
	Object   = 'o'
	Function = 'f'
	Missing  = 'm'
)

// Param is a parameter.
type Param struct {
	Accepts  string // the symbols of the types that it takes
	Array    bool   // it takes arrays: another value becomes an array of one
	Element  byte   // the symbol that the elements of the array have; 0 for any
	Context  bool   // when it is missing, the context value is taken
	Optional bool
	Repeated bool
}

// Signature is a parsed signature.
type Signature struct {
	Params []Param
	Text   string
}

// Error is a fault in a signature, with its offset.
type Error struct {
	Code   string // S0401 or S0402
	Offset int
	Value  string
}

// Error returns the code.
func (e *Error) Error() string { return e.Code }

// MustParse parses a signature and panics on a fault. It is for constants.
func MustParse(text string) *Signature {
	s, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

// Parse parses a signature with its angle brackets. It ignores what it does not know, as the language does.
func Parse(text string) (*Signature, error) {
	s := &Signature{Text: text}
	for i := 1; i < len(text) && text[i] != ':'; i++ {
		c := text[i]
		switch c {
		case 's', 'n', 'b', 'l', 'o':
			s.add(Param{Accepts: string(c) + "m"})
		case 'a':
			s.add(Param{Accepts: "asnblfom", Array: true})
		case 'f':
			s.add(Param{Accepts: "f"})
		case 'j':
			s.add(Param{Accepts: "asnblom"})
		case 'x':
			s.add(Param{Accepts: "asnblfom"})
		case '-', '?', '+':
			s.modify(c)
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, &Error{"S0402", i, choice}
			}
			s.add(Param{Accepts: choice + "m"})
			i = end
		case '<':
			end := closing(text, i, '<', '>')
			if len(s.Params) == 0 || !s.last().Array && s.last().Accepts != "f" {
				return nil, &Error{"S0401", i, ""}
			}
			if s.last().Array && end > i+1 {
				s.last().Element = text[i+1]
			}
			i = end
		}
	}
	return s, nil
}

func (s *Signature) add(p Param) { s.Params = append(s.Params, p) }

func (s *Signature) last() *Param { return &s.Params[len(s.Params)-1] }

func (s *Signature) modify(c byte) {
	if len(s.Params) == 0 {
		return
	}
	switch p := s.last(); c {
	case '-':
		p.Context, p.Optional = true, true
	case '?':
		p.Optional = true
	case '+':
		p.Repeated = true
	}
}

// closing returns the offset of the bracket that closes the one at i, or of the last character.
func closing(text string, i int, open, end byte) int {
	depth := 0
	for at := i; at < len(text); at++ {
		switch text[at] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return max(len(text)-1, i+1)
}

// Match assigns arguments, given by the symbols of their types, to the parameters. It fills counts with the number of arguments that
// each parameter takes. ok is false if they do not fit; then good is the number of arguments at the start that do.
func (s *Signature) Match(symbols []byte, counts []int) (good int, ok bool) {
	if s.match(0, symbols, counts) {
		return len(symbols), true
	}
	return s.longest(symbols), false
}

// match is greedy, and takes back what leaves too little for the parameters that follow.
func (s *Signature) match(i int, symbols []byte, counts []int) bool {
	if i == len(s.Params) {
		return len(symbols) == 0
	}
	least, most := s.Params[i].run(symbols)
	for n := most; n >= least; n-- {
		if counts[i] = n; s.match(i+1, symbols[n:], counts) {
			return true
		}
	}
	return false
}

// run returns how few and how many of the arguments the parameter can take.
func (p *Param) run(symbols []byte) (least, most int) {
	least = 1
	if p.Optional {
		least = 0
	}
	for most < len(symbols) && (most == 0 || p.Repeated) && strings.IndexByte(p.Accepts, symbols[most]) >= 0 {
		most++
	}
	return least, most
}

// longest returns how many arguments the longest start of the signature takes.
func (s *Signature) longest(symbols []byte) int {
	good := 0
	for n := range s.Params {
		part := Signature{Params: s.Params[:n+1]}
		taken, ok := part.prefix(0, symbols)
		if !ok {
			return good
		}
		good = taken
	}
	return good
}

// prefix matches the parameters to a start of the arguments and returns its length.
func (s *Signature) prefix(i int, symbols []byte) (int, bool) {
	if i == len(s.Params) {
		return 0, true
	}
	least, most := s.Params[i].run(symbols)
	for n := most; n >= least; n-- {
		if rest, ok := s.prefix(i+1, symbols[n:]); ok {
			return n + rest, true
		}
	}
	return 0, false
}
