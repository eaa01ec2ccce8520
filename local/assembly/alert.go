package assembly

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// AlertTopic is the ARN of the topic that the state NotifyTeam publishes to, "" in a definition without that state.
func (m *StateMachine) AlertTopic() (string, error) {
	var definition struct {
		States map[string]struct{ Arguments, Parameters json.RawMessage }
	}
	if err := json.Unmarshal(m.Definition, &definition); err != nil {
		return "", err
	}
	notify, ok := definition.States[workflow.NotifyTeam]
	if !ok {
		return "", nil
	}
	for _, arguments := range []json.RawMessage{notify.Arguments, notify.Parameters} {
		var publish struct{ TopicArn string }
		if json.Unmarshal(arguments, &publish) == nil && strings.HasPrefix(publish.TopicArn, "arn:") {
			return publish.TopicArn, nil
		}
	}
	return "", fmt.Errorf("state machine %s/%s: state %s must name its topic: TopicArn must be an ARN, not an expression",
		m.Stack, m.LogicalID, workflow.NotifyTeam)
}

var greaterThan = regexp.MustCompile(`>\s*(\d+(?:\.\d+)?)`)

// Threshold is the risk above which the pipeline alerts, if the definition has it as a number. A pipeline of one subject has it in
// CheckRisk, a cohort pipeline in its decision records.
func (m *StateMachine) Threshold() (threshold float64, known bool) {
	if m.Form() != OneSubject {
		return m.recordedThreshold()
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
	if json.Unmarshal(m.Definition, &definition) != nil {
		return 0, false
	}
	for _, choice := range definition.States[workflow.CheckRisk].Choices {
		if choice.Next != workflow.NotifyTeam && choice.Next != workflow.RecordDecision {
			continue
		}
		if choice.NumericGreaterThan != nil {
			return *choice.NumericGreaterThan, true
		}
		if match := greaterThan.FindStringSubmatch(choice.Condition); match != nil {
			number, err := strconv.ParseFloat(match[1], 64)
			return number, err == nil && number <= 1
		}
	}
	return 0, false
}

// recordedThreshold is the threshold that the children of ScoreCohort write into their records.
func (m *StateMachine) recordedThreshold() (float64, bool) {
	var definition struct {
		States map[string]struct {
			ItemProcessor struct {
				States map[string]struct {
					Arguments struct {
						Body struct {
							Threshold any `json:"threshold"`
						}
					}
				}
			}
		}
	}
	// States of other shapes may not fit. Unmarshal reads the rest.
	_ = json.Unmarshal(m.Definition, &definition)
	recorded := definition.States[workflow.ScoreCohort].ItemProcessor.States[workflow.RecordDecisions].Arguments.Body.Threshold
	number, known := recorded.(float64)
	return number, known
}
