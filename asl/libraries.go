package asl

import (
	"sync"

	"clinical-risk-pipeline/asl/jsonata"
)

// libraries caches the JSONata libraries by folder, because compiling one takes tens of milliseconds.
var libraries = libraryCache{byDir: map[string]*jsonata.Library{}}

type libraryCache struct {
	mu    sync.Mutex
	byDir map[string]*jsonata.Library
}

func (c *libraryCache) open(dir string) (*jsonata.Library, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if library := c.byDir[dir]; library != nil {
		return library, nil
	}
	library, err := jsonata.Open(dir)
	if err != nil {
		return nil, err
	}
	c.byDir[dir] = library
	return library, nil
}
