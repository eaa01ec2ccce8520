package serve

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/store"
)

// machine is a state machine. The server's lock protects it.
type machine struct {
	ARN, Name   string
	Type        asl.Type
	Created     time.Time
	Revision    string // the key of the current revision
	LastVersion int    // the number of the last version that was published, even if it was deleted
	Versions    []*version
	Aliases     []*alias // in the order of their names
	Tags        []tag
	Published   bool   // CreateStateMachine published a version: part of the idempotency check
	Description string // of that version

	current *revision
}

// revision is what an execution needs of a state machine. It is immutable.
type revision struct {
	Key        string // the key in the store
	ID         string // the revisionId; "" before the first update
	Definition string
	RoleARN    string
	Logging    loggingConfiguration
	Tracing    tracingConfiguration
	Encryption encryptionConfiguration
	Updated    time.Time

	machine    *asl.Machine
	references map[string][]string // the variables that states use
}

// version is a published revision.
type version struct {
	Number      int
	Description string
	Created     time.Time
	Revision    string

	revision *revision
}

// alias is a name for one or two versions.
type alias struct {
	Name             string
	Description      *string
	Routes           []route
	Created, Updated time.Time
}

// versionARN returns the ARN of a version.
func (m *machine) versionARN(number int) string { return m.ARN + ":" + strconv.Itoa(number) }

// version finds a version by the end of its ARN.
func (m *machine) version(qualifier string) *version {
	for _, v := range m.Versions {
		if strconv.Itoa(v.Number) == qualifier {
			return v
		}
	}
	return nil
}

// alias finds an alias by its name.
func (m *machine) alias(name string) *alias {
	for _, a := range m.Aliases {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// find returns a state machine. The caller holds the lock.
func (s *Server) find(arn machineARN) (*machine, *api.Error) {
	m := s.machines[arn.machine]
	if m == nil {
		return nil, noMachine(arn.arn)
	}
	return m, nil
}

func noMachine(arn string) *api.Error {
	return api.Errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}

// save stores a state machine. The caller holds the lock.
func (s *Server) save(m *machine) *api.Error { return s.put(store.Machines, m.ARN, m) }

// setRevision makes a revision the current one, and stores it. The caller holds the lock, and saves the machine.
func (s *Server) setRevision(m *machine, r *revision) *api.Error {
	if err := s.put(store.Revisions, r.Key, r); err != nil {
		return err
	}
	m.current, m.Revision = r, r.Key
	return nil
}

// put stores a value. An error is one of the disk.
func (s *Server) put(kind store.Kind, key string, value any) *api.Error {
	if s.store == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err == nil {
		err = s.store.Put(kind, key, text)
	}
	if err != nil {
		return storageFault(err)
	}
	return nil
}

// storageFault is the error of a disk that is full or broken: the only one that is the server's fault.
func storageFault(err error) *api.Error {
	return &api.Error{Code: "ServiceUnavailableException", Message: "The data folder cannot be written: " + err.Error(), Status: 503}
}

// sorted returns the state machines in the order of their names.
func (s *Server) sorted() []*machine {
	all := make([]*machine, 0, len(s.machines))
	for _, m := range s.machines {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *machine) int { return compare(a.Name, b.Name) })
	return all
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
