package stages

import (
	"strings"
	"testing"
)

// fakeCluster answers as the AWS command line does: $ANSWERS/cluster has the cluster's state and level, $ANSWERS/steps a number for each
// page of steps.
const fakeCluster = `#!/bin/sh
case "$*" in
*describe-cluster*) cat "$ANSWERS/cluster" ;;
*list-steps*) cat "$ANSWERS/steps" ;;
esac
`

func TestCheckCluster(t *testing.T) {
	const id = "j-2AXXXXXXGAPLF"
	for reason, row := range map[string]struct {
		cluster, steps, atOnce string
		want                   []string
		code                   int
	}{
		"enough":             {"WAITING\t10\n", "0\n", "10", []string{id + ": runs 10 steps at once, and has 0"}, 0},
		"the last free step": {"RUNNING\t256\n", "200\n46\n", "10", []string{id + ": runs 256 steps at once, and has 246"}, 0},
		"EMR's default":      {"WAITING\t1\n", "0\n", "2", []string{"runs 1 steps at once, want 2", "--step-concurrency-level 2"}, 1},
		"a full cluster":     {"RUNNING\t256\n", "200\n47\n", "10", []string{"has 247 pending and running steps, and takes 256"}, 1},
		"every fault at once": {"TERMINATED\t1\n", "300\n", "2", []string{
			"is TERMINATED, want RUNNING or WAITING", "want 2", "has 300 pending",
		}, 1},
		"no answer": {"", "", "2", []string{"cat:"}, 1},
	} {
		t.Run(reason, func(t *testing.T) {
			files := map[string]string{"cluster": row.cluster, "steps": row.steps}
			if row.cluster == "" {
				files = nil
			}
			output, code := newFake(t, fakeCluster, files).run(t, "scripts/check-cluster.sh", id, row.atOnce)
			for _, want := range row.want {
				if !strings.Contains(output, want) {
					t.Errorf("nothing says %s: %s", want, output)
				}
			}
			if code != row.code {
				t.Errorf("exit code %d, want %d: %s", code, row.code, output)
			}
		})
	}
	for _, wrong := range [][]string{nil, {id}, {id, "0"}, {id, "ten"}, {"cluster", "1"}, {id, "1", "2"}} {
		if output, code := newFake(t, fakeCluster, nil).run(t, "scripts/check-cluster.sh", wrong...); code != 2 || !strings.Contains(output, "usage:") {
			t.Errorf("%q: exit code %d: %s", wrong, code, output)
		}
	}
}
