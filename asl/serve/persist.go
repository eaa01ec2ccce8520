package serve

import (
	"encoding/json"
	"fmt"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/store"
)

// kept is an execution as the store has it.
type kept struct {
	Execution *execution
	History   []byte // packed; nil while the execution runs
}

// key returns the key of the execution in the store. Keys grow, so that new ones are beside each other.
func (x *execution) key() string { return fmt.Sprintf("%016x", x.Serial) }

// saveExecution stores an execution that runs.
func (s *Server) saveExecution(x *execution) *api.Error {
	if s.store == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.history.mu.Lock()
	defer x.history.mu.Unlock()
	k := kept{Execution: x}
	if len(x.history.text) > 0 {
		k.History = pack(x.history.text)
	}
	return s.put(store.Executions, x.key(), k)
}

// saveEnded stores how an execution ended, before anybody can see it.
func (s *Server) saveEnded(x *execution, v view) *api.Error {
	if s.store == nil {
		return nil
	}
	x.mu.Lock()
	ended := &execution{ARN: x.ARN, Name: x.Name, MachineARN: x.MachineARN, VersionARN: x.VersionARN, AliasARN: x.AliasARN, MapRunARN: x.MapRunARN,
		Items: x.Items, Input: x.Input, TraceHeader: x.TraceHeader, Revision: x.Revision, TestCase: x.TestCase, Serial: x.Serial, Start: x.Start,
		Status: v.Status, Output: v.Output, Error: v.Error, Cause: v.Cause, Stop: v.Stop,
		RedriveCount: x.RedriveCount, Redriven: x.Redriven, RedriveToken: x.RedriveToken}
	x.mu.Unlock()
	return s.put(store.Executions, x.key(), kept{ended, x.history.packed})
}

// load reads what the store has.
func (s *Server) load() error {
	revisions := map[string]*revision{}
	if err := each(s.store, store.Revisions, func(r *revision) error {
		revisions[r.Key] = r
		return nil
	}); err != nil {
		return err
	}
	if err := each(s.store, store.Machines, func(m *machine) error { return s.loadMachine(m, revisions) }); err != nil {
		return err
	}
	if err := each(s.store, store.Activities, func(a *activity) error {
		a.queue = newQueue()
		s.activities[a.ARN] = a
		return nil
	}); err != nil {
		return err
	}
	if err := each(s.store, store.MapRuns, func(r *mapRun) error {
		s.mapRuns.byARN[r.Run.ARN] = r
		return nil
	}); err != nil {
		return err
	}
	if err := s.loadExecutions(revisions); err != nil {
		return err
	}
	var unused []string
	for key, r := range revisions {
		if r.machine == nil {
			unused = append(unused, key)
		}
	}
	return s.store.Delete(store.Revisions, unused...)
}

// each reads the values of a kind.
func each[T any](from *store.Store, kind store.Kind, take func(*T) error) error {
	return from.Each(kind, func(_ string, value []byte) error {
		v := new(T)
		if err := json.Unmarshal(value, v); err != nil {
			return err
		}
		return take(v)
	})
}

func (s *Server) loadMachine(m *machine, revisions map[string]*revision) (err error) {
	if m.current, err = compiled(m.Revision, m.Type, revisions); err != nil {
		return err
	}
	for _, v := range m.Versions {
		if v.revision, err = compiled(v.Revision, m.Type, revisions); err != nil {
			return err
		}
	}
	s.machines[m.ARN] = m
	return nil
}

// compiled returns a revision that can run.
func compiled(key string, kind asl.Type, revisions map[string]*revision) (*revision, error) {
	r := revisions[key]
	if r == nil {
		return nil, fmt.Errorf("the revision %s is missing", key)
	}
	if r.machine == nil {
		machine, err := asl.Load([]byte(r.Definition), asl.As(kind), asl.Lenient())
		if err != nil {
			return nil, err
		}
		r.machine, r.references = machine, machine.VariableReferences()
	}
	return r, nil
}

// loadExecutions reads the executions. Those that ran when the server ended are aborted.
func (s *Server) loadExecutions(revisions map[string]*revision) error {
	var all []*execution
	if err := each(s.store, store.Executions, func(k *kept) (err error) {
		x := k.Execution
		x.history, x.done = &history{packed: k.History}, make(chan struct{})
		if x.revision, err = compiled(x.Revision, asl.Standard, revisions); err != nil {
			return err
		}
		if err := x.history.check(); err != nil {
			return err
		}
		all = append(all, x)
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *execution) int { return bySerial(a, b.Serial) })
	for _, x := range all {
		s.executions.add(x)
		if x.Status == asl.Running {
			s.interrupt(x)
			continue
		}
		close(x.done)
		for _, old := range s.executions.end(x) {
			s.forget(old)
		}
	}
	return nil
}

// interrupt ends an execution that ran when the server was killed. Its history has what was stored: all before its last redrive.
func (s *Server) interrupt(x *execution) {
	x.history.reopen()
	now := s.now()
	n := int64(len(x.history.lines()))
	if n == 0 {
		input, _ := asl.Decode([]byte(x.Input)) // StartExecution checked it.
		started := &asl.Event{ID: 1, Timestamp: x.Start, Type: "ExecutionStarted", Details: &asl.ExecutionStarted{Input: input, RoleARN: x.revision.RoleARN}}
		x.history.add(started, x.extension(started)...)
		n = 1
	}
	cause := "The server ended while the execution was running. What it did after its start is not known."
	x.history.add(&asl.Event{ID: n + 1, Timestamp: now, Type: "ExecutionAborted", Details: &asl.Failure{Error: interrupted, Cause: cause}})
	s.finish(x, &asl.Execution{Status: asl.Aborted, Error: interrupted, Cause: cause, Stop: now})
}
