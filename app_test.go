package main

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/stages"
)

func TestWrongEnvironmentsAreAnErrorWithAllFaults(t *testing.T) {
	wrong := stages.Environments()
	wrong[0].EndpointName, wrong[1].Account, wrong[2].Threshold = "", "12", 1.2
	err := synthesize(wrong)
	if err == nil {
		t.Fatal("synthesized wrong environments")
	}
	for _, want := range []string{`"dev": EndpointName`, `"staging": Account`, `"prod": Threshold`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no fault says %s: %v", want, err)
		}
	}
}
