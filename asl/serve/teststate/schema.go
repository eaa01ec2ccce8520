package teststate

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"sync"
)

// responses holds the shapes of the responses of AWS's services. `make responses` extracts them from botocore (Apache-2.0); each file
// names its source.
//
//go:embed responses/*.json
var responses embed.FS

// service is the extract of one service's API model.
type service struct {
	Operations map[string]string `json:"operations"` // the shape of each response by operation; "": the response is empty
	Shapes     map[string]*shape `json:"shapes"`
}

// shape limits a value. It has Members, List or Map, or else Type.
type shape struct {
	Members  map[string]string `json:"members"` // of an object: the shapes of the members. Others may come, too
	Required []string          `json:"required"`
	List     string            `json:"list"` // of an array: the shape of the elements
	Map      string            `json:"map"`  // of an object: the shape of each value
	Type     string            `json:"type"` // string, number, boolean or any
	Enum     []string          `json:"enum"`
	Min      *float64          `json:"min"` // the length of a text or an array, the value of a number
	Max      *float64          `json:"max"`
}

// shape returns the shape with the name, which may be a type without limits.
func (s *service) shape(name string) *shape {
	if found := s.Shapes[name]; found != nil {
		return found
	}
	return &shape{Type: name}
}

// services caches the extracts, which are read when they are first needed.
var services struct {
	sync.Mutex
	read map[string]*service
}

// serviceOf returns the extract of a service by its name in SDK integrations, or nil when there is none.
func serviceOf(name string) *service {
	services.Lock()
	defer services.Unlock()
	if found, ok := services.read[name]; ok {
		return found
	}
	if services.read == nil {
		services.read = map[string]*service{}
	}
	text, err := responses.ReadFile("responses/" + name + ".json")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil
	}
	s := &service{}
	if err == nil {
		err = json.Unmarshal(text, s)
	}
	if err != nil {
		panic("teststate: the extract of " + name + " cannot be read: " + err.Error()) // A test reads every file.
	}
	services.read[name] = s
	return s
}

// result is the shape of a task's result.
type result struct {
	service *service
	shape   *shape
}

// resultOf returns what the result of a task must look like, or nil when nothing is known: a function or an activity may return anything, as
// may whoever gives a task token back, and some services are not in the extract.
func resultOf(resource string) *result {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 || parts[2] != "states" {
		return nil
	}
	name, action, _ := strings.Cut(parts[5], ":")
	if name == "aws-sdk" {
		name, action, _ = strings.Cut(action, ":")
		return resultOfCall(name, action)
	}
	action, pattern, _ := strings.Cut(action, ".")
	switch pattern {
	case "":
		return optimized(name, action)
	case "sync", "sync:2":
		return resultOfJob(name, action)
	}
	return nil
}

// resultOfCall returns the response of an operation, whose name begins with a small letter.
func resultOfCall(name, action string) *result {
	s := serviceOf(strings.ToLower(name))
	if s == nil || action == "" {
		return nil
	}
	response, ok := s.Operations[strings.ToUpper(action[:1])+action[1:]]
	if !ok {
		return nil
	}
	return &result{service: s, shape: s.shape(response)}
}
