package fault

import (
	"errors"
	"testing"
	"time"
)

func TestAdd(t *testing.T) {
	for reason, row := range map[string]struct {
		add  func(*List)
		want string
	}{
		"a string is quoted":              {func(l *List) { l.Add("Account", "must be 12 digits", "12") }, `Account must be 12 digits, got "12"`},
		"an empty string is shown":        {func(l *List) { l.Add("Account", "must be 12 digits", "") }, `Account must be 12 digits, got ""`},
		"other values are not quoted":     {func(l *List) { l.Add("Timeout", "must be whole seconds", time.Minute) }, "Timeout must be whole seconds, got 1m0s"},
		"a missing value has no got":      {func(l *List) { l.Add("Bucket", "is required") }, "Bucket is required"},
		"a Text is not quoted":            {func(l *List) { l.Add("Topic", "must be a standard topic", Text("a FIFO topic")) }, "Topic must be a standard topic, got a FIFO topic"},
		"a value that occurs twice":       {func(l *List) { l.Add("Name", "must be unique", Twice("a")) }, `Name must be unique, got "a" twice`},
		"a fault of the value as a whole": {func(l *List) { l.Add("", "props are required", Text("nil")) }, "props are required, got nil"},
	} {
		t.Run(reason, func(t *testing.T) {
			var l List
			row.add(&l)
			if got := l.Err().Error(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestMoving(t *testing.T) {
	l := List{{Path: "Lock", Rule: "must be set"}, {Rule: "is required"}}
	for reason, row := range map[string]struct {
		moved List
		want  string
	}{
		"under a field": {l.Under("Records"), "Records.Lock must be set\nRecords is required"},
		"renamed":       {l[:1].Named("Record"), "RecordLock must be set"},
		"of an owner":   {l[:1].Of(`environment "dev"`), `environment "dev": Lock must be set`},
		"back again":    {l[:1].Under("Records").Within("Records"), "Lock must be set"},
		"another field": {append(List{{Path: "Recordings.Lock"}}, l[:1].Under("Records")...).Within("Records"), "Lock must be set"},
	} {
		t.Run(reason, func(t *testing.T) {
			if got := row.moved.Error(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if l[0].Path != "Lock" {
		t.Error("moving faults changes the original list")
	}
}

// Without compares whole faults: a fault whose text is only a part of another's stays.
func TestWithout(t *testing.T) {
	inherited := List{{Path: "Timeout", Rule: "must be positive", Got: "1"}}
	l := List{{Path: "Timeout", Rule: "must be positive", Got: "1"}, {Path: "Timeout", Rule: "must be positive"}}
	if got, want := l.Without(inherited).Error(), "Timeout must be positive"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(l) != 2 {
		t.Error("leaving out faults changes the original list")
	}
}

func TestErrors(t *testing.T) {
	if err := (List{}).Err(); err != nil {
		t.Errorf("an empty list is an error: %v", err)
	}
	l := List{{Path: "A", Rule: "is required"}, {Path: "B", Rule: "is required"}}
	var f Fault
	if !errors.As(l.Err(), &f) || f != l[0] {
		t.Errorf("errors.As finds %v", f)
	}
	if got := In(l.Err()); len(got) != 2 || got[1] != l[1] {
		t.Errorf("the faults of the list's error are %v", got)
	}
	if got := In(errors.Join(errors.New("one"), nil, errors.Join(l.Err()), l[0])).Under("X").Error(); got != "X one\nX.A is required\nX.B is required\nX.A is required" {
		t.Errorf("the faults of another error are %q", got)
	}
	if In(nil) != nil {
		t.Error("In(nil) has faults")
	}
}
