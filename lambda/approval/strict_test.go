package approval_test

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

// A request that two readers understand in different ways is refused: one of them would ask about another trial.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	text, err := json.Marshal(asked("trialId", "T-1"))
	if err != nil {
		t.Fatal(err)
	}
	payload := string(text)
	for reason, c := range map[string]struct{ old, new, want string }{
		"two trials":                 {`"trialId"`, `"trialId":"T-2","trialId"`, `the name "trialId" appears twice`},
		"two trials, one disguised":  {`"trialId"`, `"trial\u0049d":"T-2","trialId"`, `the name "trialId" appears twice`},
		"another trial in capitals":  {`"trialId"`, `"TrialID":"T-2","trialId"`, `unknown field "TrialID"`},
		"two counts of one cohort":   {`"high"`, `"high":1,"high"`, `the name "high" appears twice in the object "subjects"`},
		"a text after the request":   {payload, payload + "{}", "text after the JSON value"},
		"half a character":           {`"T-1"`, `"\ud800"`, "half of a surrogate pair"},
		"a byte that is not Unicode": {`"T-1"`, "\"T\xff\"", "it is not UTF-8 text"},
	} {
		if _, err := approval.ParseRequest([]byte(strings.Replace(payload, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to contain %q", reason, err, c.want)
		}
	}
}
