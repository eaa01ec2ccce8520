package main

import (
	"encoding/xml"
	"fmt"
	"strconv"

	"clinical-risk-pipeline/internal/plain"
)

// The elements of JUnit's XML that readers of it agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		File    string       `xml:"file,attr,omitempty"`
		Line    int          `xml:"line,attr,omitempty"`
		Time    string       `xml:"time,attr"`
		Failure *junitDetail `xml:"failure"`
		Error   *junitDetail `xml:"error"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// junit returns the results as XML: a suite for each table, and one with an error for each table that is wrong.
func junit(all []tested, faulty []error) []byte {
	var out junitSuites
	for _, t := range all {
		suite := junitSuite{Name: plain.Line(t.table.File)}
		var total float64
		for _, r := range t.results {
			one := junitCase{Class: suite.Name, Name: plain.Line(r.Case.Name), File: suite.Name, Line: r.Case.Line, Time: seconds(r.Took.Seconds())}
			if n := len(r.Differences); n > 0 {
				suite.Failures++
				first := r.Differences[0]
				one.Failure = &junitDetail{plain.Line(fmt.Sprintf("%s: want %s, got %s", first.Path, first.Want, first.Got)), differences(r)}
			}
			total += r.Took.Seconds()
			suite.Cases = append(suite.Cases, one)
		}
		suite.Tests, suite.Time = len(suite.Cases), seconds(total)
		out.add(suite)
	}
	for _, err := range faulty {
		one := junitCase{Class: "asl test", Name: "read the table", Time: seconds(0), Error: &junitDetail{"the table is wrong", plain.Text(err.Error())}}
		out.add(junitSuite{Name: "asl test", Tests: 1, Errors: 1, Time: seconds(0), Cases: []junitCase{one}})
	}
	text, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // The structs have only texts and numbers.
	}
	return append([]byte(xml.Header), append(text, '\n')...)
}

func (s *junitSuites) add(suite junitSuite) {
	s.Tests, s.Failures, s.Errors = s.Tests+suite.Tests, s.Failures+suite.Failures, s.Errors+suite.Errors
	s.Suites = append(s.Suites, suite)
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 6, 64) }
