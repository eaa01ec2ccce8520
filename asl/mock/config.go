// Package mock stubs the tasks of a state machine from a file in the format of AWS Step Functions Local's MockConfigFile.json
// (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html):
//
//	{
//	  "StateMachines": {"Pipeline": {"TestCases": {"Throttled": {"InvokeModel": "ThrottledOnce"}}}},
//	  "MockedResponses": {"ThrottledOnce": {
//	    "0": {"Throw": {"Error": "ThrottlingException", "Cause": "slow down"}},
//	    "1": {"Return": {"Body": "{\"risk_score\": 0.81}"}}
//	  }}
//	}
//
// A response names the calls that it answers, counted from 0 in the whole execution: "0", or "1-3" for several calls. A call without a
// response is an error. The package adds two members to the format: "DurationSeconds" beside Return or Throw is the virtual time that
// the task takes, and "Hang": true makes the task never end.
package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/strictjson"
)

// Config is a file of stubs. It is immutable.
type Config struct {
	machines  map[string]map[string]map[string]string // state machine → test case → state → response
	responses map[string][]answer
}

// answer is the reply to the calls from first to last.
type answer struct {
	first, last int
	reply       asl.Reply
	err         error
}

// file is the JSON text of a Config.
type file struct {
	StateMachines map[string]struct {
		TestCases map[string]map[string]string
	}
	MockedResponses map[string]map[string]entry
}

// entry is one answer in the file.
type entry struct {
	Return          json.RawMessage
	Throw           *struct{ Error, Cause string }
	Hang            bool
	DurationSeconds float64
}

// Parse reads a file. The error joins all errors in it.
func Parse(data []byte) (*Config, error) {
	var f file
	if err := strictjson.UnmarshalKnown(data, &f); err != nil {
		return nil, fmt.Errorf("the stubs are not valid: %w", err)
	}
	c := &Config{machines: map[string]map[string]map[string]string{}, responses: map[string][]answer{}}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(f.MockedResponses)) {
		answers, err := parseResponse(name, f.MockedResponses[name])
		faults = append(faults, err)
		c.responses[name] = answers
	}
	for _, machine := range slices.Sorted(maps.Keys(f.StateMachines)) {
		c.machines[machine] = f.StateMachines[machine].TestCases
		for _, test := range slices.Sorted(maps.Keys(c.machines[machine])) {
			for _, state := range slices.Sorted(maps.Keys(c.machines[machine][test])) {
				response := c.machines[machine][test][state]
				if _, ok := c.responses[response]; !ok {
					faults = append(faults, fmt.Errorf("StateMachines.%s.TestCases.%s.%s: there is no MockedResponse %q", machine, test, state, response))
				}
			}
		}
	}
	return c, errors.Join(faults...)
}

func parseResponse(name string, entries map[string]entry) ([]answer, error) {
	var answers []answer
	var faults []error
	for _, calls := range slices.Sorted(maps.Keys(entries)) {
		a, err := parseEntry(calls, entries[calls])
		if err != nil {
			faults = append(faults, fmt.Errorf("MockedResponses.%s.%s: %w", name, calls, err))
			continue
		}
		answers = append(answers, a)
	}
	slices.SortFunc(answers, func(a, b answer) int { return a.first - b.first })
	next := 0
	for _, a := range answers {
		if a.first != next && len(faults) == 0 {
			faults = append(faults, fmt.Errorf("MockedResponses.%s: the calls must be numbered from 0 without gaps or overlaps, but %d follows %d", name, a.first, next-1))
		}
		next = a.last + 1
	}
	if len(entries) == 0 {
		faults = append(faults, fmt.Errorf("MockedResponses.%s: is empty, it needs an entry \"0\"", name))
	}
	return answers, errors.Join(faults...)
}

func parseEntry(calls string, e entry) (answer, error) {
	first, last, several := strings.Cut(calls, "-")
	if !several {
		last = first
	}
	var a answer
	var err1, err2 error
	a.first, err1 = strconv.Atoi(first)
	a.last, err2 = strconv.Atoi(last)
	if err1 != nil || err2 != nil || a.first < 0 || a.last < a.first {
		return a, fmt.Errorf("must be a number such as \"0\", or a range such as \"1-3\"")
	}
	given := 0
	for _, is := range []bool{e.Return != nil, e.Throw != nil, e.Hang} {
		if is {
			given++
		}
	}
	if given != 1 {
		return a, errors.New("needs exactly one of Return, Throw and Hang")
	}
	if e.DurationSeconds < 0 {
		return a, fmt.Errorf("DurationSeconds must not be negative, got %v", e.DurationSeconds)
	}
	a.reply = asl.Reply{Hangs: e.Hang, Duration: time.Duration(e.DurationSeconds * float64(time.Second))}
	switch {
	case e.Throw != nil:
		a.err = &asl.Error{Name: e.Throw.Error, Cause: e.Throw.Cause}
	case e.Return != nil:
		output, err := asl.Decode(e.Return)
		if err != nil {
			return a, fmt.Errorf("its Return is not valid: %w", err)
		}
		a.reply.Output = output
	}
	return a, nil
}
