package report

import (
	"encoding/json"
	"regexp"
	"strconv"

	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

var greaterThan = regexp.MustCompile(`>\s*(\d+(?:\.\d+)?)`)

// threshold reads, in the definition, the number above which an alert is due: where one subject is scored, that with which
// CheckRisk goes on to what alerts; of a cohort, that in the decision records.
func threshold(machine *assembly.StateMachine) (float64, bool) {
	if machine.Form() == assembly.WholeCohort {
		return recordedThreshold(machine.Definition)
	}
	var definition struct {
		States map[string]struct {
			Choices []struct {
				Condition          string
				NumericGreaterThan *float64
				Next               string
			}
		}
	}
	if json.Unmarshal(machine.Definition, &definition) != nil {
		return 0, false
	}
	for _, choice := range definition.States[workflow.CheckRisk].Choices {
		if choice.Next != workflow.NotifyTeam && choice.Next != workflow.RecordDecision {
			continue
		}
		if choice.NumericGreaterThan != nil {
			return *choice.NumericGreaterThan, true
		}
		if m := greaterThan.FindStringSubmatch(choice.Condition); m != nil {
			number, err := strconv.ParseFloat(m[1], 64)
			return number, err == nil && number <= 1
		}
	}
	return 0, false
}

// recordedThreshold is the one that the children of ScoreCohort write into their records.
func recordedThreshold(definition []byte) (float64, bool) {
	var machine struct {
		States map[string]struct {
			ItemProcessor struct {
				States map[string]struct {
					Arguments struct {
						Body struct {
							Threshold *float64 `json:"threshold"`
						}
					}
				}
			}
		}
	}
	// States of other forms may not fit; what was read until then stands.
	_ = json.Unmarshal(definition, &machine)
	number := machine.States[workflow.ScoreCohort].ItemProcessor.States[workflow.RecordDecisions].Arguments.Body.Threshold
	if number == nil {
		return 0, false
	}
	return *number, true
}
